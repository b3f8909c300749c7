"""Keeps native libraries from writing across the screen.

Tokenizers, onnxruntime and linear algebra print to file descriptor 2, on which
Textual draws. While the app runs, the descriptor leads to the log, and Textual
draws on a copy of the terminal.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def native_noise_in(log: Path) -> Iterator[None]:
    """Send whatever is written to file descriptor 2 into a file, for a while.

    Args:
        log: Appended to; made with mode 0600 if it does not exist.
    """
    before = sys.__stderr__
    noise = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace") as terminal:
        # Textual's drivers draw on sys.__stderr__; typeshed calls the name final.
        setattr(sys, "__stderr__", terminal)  # noqa: B010
        os.dup2(noise, 2)
        os.close(noise)
        try:
            yield
        finally:
            terminal.flush()
            os.dup2(terminal.fileno(), 2)
            setattr(sys, "__stderr__", before)  # noqa: B010
