"""Reads when something takes place: days, hours and agendas as people write them."""
