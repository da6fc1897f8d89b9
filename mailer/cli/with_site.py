"""Opens the site of a command, and runs the command with it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from mailer.cli import acting, interruption
from mailer.feedback.past import LetterPast
from mailer.sites.opening import open_site
from mailer.store import moved


async def run(
    function: Callable[..., Coroutine[Any, Any, int | None]],
    config: Path,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
) -> int | None:
    """Run a command with the site of a config.toml; return its exit code.

    Its option --by becomes the user who acts, or, as `operator`, perhaps the account. A
    store that was moved takes no changes.
    """
    async with open_site(config) as site:
        site.database.guard = moved.require_here
        site.database.with_past(LetterPast())
        try:
            if "by" in options:
                options["by"] = await acting.user(site, options["by"])
            if "operator" in options:
                options["operator"] = await acting.operator(site, options["operator"])
            return await function(site, *arguments, **options)
        except asyncio.CancelledError:
            raise interruption.after(site.database.commits) from None
