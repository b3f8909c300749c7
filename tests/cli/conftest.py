"""The shell's face, in this process where that is enough and in one of its own where not."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from featherchat.cli.group import make_group, run_cli
from tests.workshop import Workshop


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.out.splitlines()


Shell = Callable[..., Done]


class Terminal(io.TextIOWrapper):
    """A person at the keyboard, whose answers are known."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def shell(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Runs a command in the repository, trusted, with the hash embedder and no key."""
    monkeypatch.chdir(workshop.root)
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "hash")

    def run(
        *arguments: str, stdin: bytes = b"", trust: bool = True, answers: str | None = None
    ) -> Done:
        before = ["--trust"] if trust else []
        monkeypatch.setattr(sys, "argv", ["featherchat", *before, *arguments])
        keyboard = Terminal if answers is not None else io.TextIOWrapper
        given = io.BytesIO(stdin if answers is None else answers.encode())
        monkeypatch.setattr(sys, "stdin", keyboard(given, encoding="utf-8"))
        capsys.readouterr()
        code = run_cli(make_group())
        captured = capsys.readouterr()
        return Done(int(code), captured.out, captured.err)

    return run


@pytest.fixture
def start(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> "Start":
    """Starts a command as a process of its own, in the repository."""
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "hash")
    root = Path(__file__).parents[2]

    def begin(*arguments: str, **given: object) -> "subprocess.Popen[str]":
        environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tui'}"}
        command = [sys.executable, "-m", "featherchat", "--trust", *arguments]
        options: dict[str, object] = {
            "cwd": workshop.root,
            "env": environment,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            # Tests that run in a shell's background inherit a Ctrl+C that is ignored.
            "preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        }
        return subprocess.Popen(command, **(options | given))  # type: ignore[call-overload,no-any-return]

    return begin


Start = Callable[..., "subprocess.Popen[str]"]
