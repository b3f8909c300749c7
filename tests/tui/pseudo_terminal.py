"""A pseudo terminal with the app in it: keys go in, the bytes that a terminal gets come out."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

READY = b"\x1b[?1049h"
GIVEN_BACK = b"\x1b[?1049l"
PATIENCE = 60.0


@dataclass
class Terminal:
    """A pseudo terminal, and the process in it."""

    process: subprocess.Popen[bytes]
    master: int
    seen: bytes = b""

    def read_until(self, holds: Callable[[bytes], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not holds(self.seen) and time.monotonic() < end:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            try:
                self.seen += os.read(self.master, 65_536) if ready else b""
            except OSError:
                return
        assert holds(self.seen), self.seen[-2_000:]

    def end(self, patience: float = PATIENCE) -> int:
        """Wait for the process; its exit code."""
        end = time.monotonic() + patience
        while self.process.poll() is None and time.monotonic() < end:
            select.select([self.master], [], [], 0.02)[0] and self.drain()
        self.drain()
        return self.process.wait(1.0)

    def drain(self) -> None:
        while select.select([self.master], [], [], 0.0)[0]:
            try:
                more = os.read(self.master, 65_536)
            except OSError:
                return
            if not more:
                return
            self.seen += more


def open_terminal(
    arguments: Sequence[str | Path], folder: Path, home: Path, size: tuple[int, int] = (100, 30)
) -> Terminal:
    """Run Python with some arguments in a terminal of so many columns and lines."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = {**os.environ, "HOME": str(home), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    return Terminal(process, master)
