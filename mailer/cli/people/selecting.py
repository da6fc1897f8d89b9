"""Options that choose contacts, for commands that list or export them."""

import rich_click as click

segment_option = click.option(
    "--segment", "rule", help="Only those a rule picks; a rule or a saved one's name."
)
search_option = click.option(
    "--search", default="", help="Only those with this in their address or name."
)
readers_option = click.option(
    "--readers", is_flag=True, help="Only those who may be written to."
)
