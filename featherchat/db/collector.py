"""The collector of cycles, which rests while a batch is stored."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_rests() -> Iterator[None]:
    """Let nothing be searched for cycles, unless somebody else has said so already.

    A batch is ten objects a memory, all of which live to its end and none of which refers back:
    the collector would go through them again and again, for a tenth of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
