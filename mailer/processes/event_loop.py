"""How commands are run: by uvloop where it installs, by asyncio elsewhere."""

import asyncio
import gc
import sys
from collections.abc import Callable

try:
    import uvloop
except ImportError:
    FACTORY: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    FACTORY = uvloop.new_event_loop


def runner() -> asyncio.Runner:
    """Tune the interpreter for many small values and two threads; return its runner.

    What is loaded by now is not looked through for cycles again and again, and the
    thread that talks to SQLite gets its turn without waiting for five milliseconds.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sys.setswitchinterval(0.0005)
    return asyncio.Runner(loop_factory=FACTORY)
