"""`mailer completion`: completion of commands and options in a shell."""

import click
from click import shell_completion

from mailer.cli import output

SHELLS = {
    "bash": shell_completion.BashComplete,
    "zsh": shell_completion.ZshComplete,
    "fish": shell_completion.FishComplete,
}


@click.command(epilog="Example: mailer completion bash")
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
def command(shell: str) -> None:
    """Print what completes the words of `mailer` in a shell: bash, zsh or fish.

    bash reads it from ~/.local/share/bash-completion/completions/mailer, fish from
    ~/.config/fish/completions/mailer.fish, zsh from a file _mailer in a folder of
    $fpath.
    """
    made = SHELLS[shell](click.Group("mailer"), {}, "mailer", "_MAILER_COMPLETE")
    output.octets(made.source().encode())
