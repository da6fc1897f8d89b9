"""The lists of the directory."""

from enum import StrEnum


class ListKind(StrEnum):
    """What a list of the directory has."""

    NGOS = "ngos"  # all NGOs
    FOCAL_POINTS = "focal-points"  # those who answer for an organisation of any kind
    EXPERTS = "experts"  # NGOs with a field of work, by field
    OFFICES = "offices"  # field offices with the countries they serve
