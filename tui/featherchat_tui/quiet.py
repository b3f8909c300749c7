"""Keeps native libraries from writing across the screen, and a lost terminal from blocking it.

Tokenizers, onnxruntime and linear algebra print to file descriptor 2, on which
Textual draws. While the app runs, the descriptor leads to the log, and Textual
draws on a copy of the terminal.
"""

import errno
import io
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Terminal(io.FileIO):
    """A terminal that may go away: what is drawn then is lost.

    An error would end the thread that draws, and the app would wait for it for ever.
    """

    def write(self, data: "Buffer", /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return memoryview(data).nbytes


@contextmanager
def native_noise_in(log: Path) -> Iterator[None]:
    """Send whatever is written to file descriptor 2 into a file, for a while.

    Args:
        log: Appended to; made with mode 0600 if it does not exist.
    """
    before = sys.__stderr__
    noise = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    drawn = io.BufferedWriter(_Terminal(os.dup(2), "w"))
    with io.TextIOWrapper(drawn, encoding="utf-8", errors="replace") as terminal:
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


def terminal_is_gone() -> bool:
    """Whether the terminal that is typed into was closed, which not every one tells by a signal."""
    if sys.__stdin__ is None or sys.__stdin__.closed:
        return False
    try:
        termios.tcgetattr(sys.__stdin__.fileno())
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False
