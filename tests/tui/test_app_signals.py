"""The app in a real terminal, ended from outside: the screen is given back, memory is whole."""

import os
import signal
import sqlite3
from pathlib import Path

import pytest
from driving import make_repository
from pseudo_terminal import GIVEN_BACK, PATIENCE, READY, Terminal, open_terminal

CRASH = """
import os
import sys

from textual.binding import Binding

from featherchat_tui.__main__ import main
from featherchat_tui.app import FeatherchatApp


class Crashing(FeatherchatApp):
    BINDINGS = [Binding("f9", "crash", priority=True)]

    def action_crash(self):
        key = "sk-secret-in-a-local-variable"
        os.write(2, b"noise of a library")
        raise RuntimeError(f"A bug of {len(key)} letters.")


sys.modules["featherchat_tui.app"].FeatherchatApp = Crashing
sys.argv = ["featherchat", "--trust", "--embedder", "none"]
main()
"""
"""The app with a bug behind a key, and a library that prints on the screen."""


def open_in(tmp_path: Path) -> Terminal:
    arguments = ["-m", "featherchat_tui", "--trust", "--embedder", "none"]
    return open_terminal(arguments, make_repository(tmp_path), tmp_path / "home")


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


def test_a_crash_gives_the_terminal_back_and_leaves_a_log_without_locals(tmp_path: Path) -> None:
    terminal = open_terminal(["-c", CRASH], make_repository(tmp_path), tmp_path / "home")
    terminal.read_until(lambda seen: READY in seen and b"Learn" in seen)

    os.write(terminal.master, b"\x1b[20~")

    assert terminal.end() == 1
    after = terminal.seen.rpartition(GIVEN_BACK)[2].decode()
    (log,) = (tmp_path / "home").rglob("featherchat.log")
    assert "featherchat stopped on an error of its own: RuntimeError: A bug of 29 letters." in after
    assert str(log) in after.replace("\r\n", "")
    assert "action_crash" in log.read_text()
    assert "noise of a library" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    for said in (terminal.seen.decode(), log.read_text()):
        assert "sk-secret" not in said
    assert b"noise of a library" not in terminal.seen
    assert len([file for file in stores(tmp_path / "home") if file.parent.name != "backups"]) == 1
