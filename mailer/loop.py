"""The event loop: uvloop where it installs, asyncio's own elsewhere."""

import asyncio
from collections.abc import Callable

try:
    import uvloop
except ImportError:
    FACTORY: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    FACTORY = uvloop.new_event_loop
