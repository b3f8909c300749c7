"""The app in a real terminal, ended from outside: the screen is given back, memory is whole."""

import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving import make_repository

READY = b"\x1b[?1049h"
GIVEN_BACK = b"\x1b[?1049l"
PATIENCE = 30.0


@dataclass
class Terminal:
    """A pseudo terminal with the app in it."""

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

    def end(self) -> int:
        end = time.monotonic() + PATIENCE
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


def open_in(tmp_path: Path) -> Terminal:
    repository = make_repository(tmp_path)
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "featherchat_tui", "--trust", "--embedder", "none"],
        cwd=repository,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    return Terminal(process, master)


def stores(home: Path) -> list[Path]:
    return list(home.rglob("memory.feather*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_terminal_back_and_leaves_one_whole_file(
    tmp_path: Path, number: signal.Signals
) -> None:
    terminal = open_in(tmp_path)
    terminal.read_until(lambda seen: READY in seen and b"Learn" in seen)

    terminal.process.send_signal(number)

    assert terminal.end() == 128 + number
    assert GIVEN_BACK in terminal.seen
    (store,) = [file for file in stores(tmp_path / "home") if file.parent.name != "backups"]
    with sqlite3.connect(store) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
    os.close(terminal.master)


def test_a_terminal_that_goes_away_without_a_signal_ends_the_app(tmp_path: Path) -> None:
    terminal = open_in(tmp_path)
    terminal.read_until(lambda seen: READY in seen and b"Learn" in seen)

    os.close(terminal.master)

    assert terminal.process.wait(PATIENCE) == 128 + signal.SIGHUP
    (store,) = [file for file in stores(tmp_path / "home") if file.parent.name != "backups"]
    assert store.name == "memory.feather"


def test_a_terminal_that_goes_away_ends_the_app_and_leaves_one_whole_file(tmp_path: Path) -> None:
    terminal = open_in(tmp_path)
    terminal.read_until(lambda seen: READY in seen and b"Learn" in seen)

    os.close(terminal.master)
    terminal.process.send_signal(signal.SIGHUP)

    terminal.process.wait(PATIENCE)
    (store,) = [file for file in stores(tmp_path / "home") if file.parent.name != "backups"]
    assert store.name == "memory.feather"
