"""Opens the site of a command, and runs the command with it."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from audiences.store.past import Past
from mailer.cli import acting, interruption
from mailer.processes import logs
from mailer.sites.opening import open_site
from mailer.store import moved


def _past() -> Past:
    """Return what rules may ask about earlier letters, which few commands do."""
    past: Past = importlib.import_module("mailer.feedback.past").LetterPast()
    return past


async def run(
    function: Callable[..., Coroutine[Any, Any, int | None]],
    config: Path,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
) -> int | None:
    """Run a command with the site of a config.toml; return its exit code.

    Its option --by becomes the user who acts, or, as `operator` and in a run without
    --apply, perhaps the account. A store that was moved takes no changes.
    """
    async with open_site(config) as site:
        logs.style.zone = site.zone
        site.database.guard = moved.require_here
        site.database.with_past(_past)
        try:
            if "by" in options:
                acts = options.get("apply", True)
                find = acting.user if acts else acting.operator
                options["by"] = await find(site, options["by"])
            if "operator" in options:
                options["operator"] = await acting.operator(site, options["operator"])
            return await function(site, *arguments, **options)
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise interruption.after(site.database.commits) from None
