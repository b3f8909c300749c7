"""``featherchat --demo``: a project with a past, in a folder that goes when the app is left.

Nothing of a person's own is read or written: places, settings and keys are the demo's.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat_tui.demo_project import (
    COMMITS,
    FILES,
    LINES,
    OTHERWISE,
    PAST,
    TALKS,
    Committed,
)

if TYPE_CHECKING:
    # The project is imported when a demo is asked for.
    from featherchat.messages import ModelRequest, ProviderEvent
    from featherchat.project import Project, Surroundings
    from featherchat.store.places import Places

NAME = "ledger"
_DAY = 86_400.0
_GRAMMARS = "SEMBLE_GRAMMARS_CACHE_DIR"
_DEVELOPER = "you@example.org"
_PAUSE = 0.02
"""Seconds before each word of an answer."""


class DemoModel:
    """A provider that answers from a few lines, and has nothing to learn."""

    name = "scripted"
    address = ""

    def __init__(self, pause: float = _PAUSE) -> None:
        self._pause = pause

    async def stream(self, request: "ModelRequest") -> "AsyncGenerator[ProviderEvent, None]":
        """The line that the question asks for, word by word."""
        from featherchat.messages import Usage
        from featherchat.providers.scripted import ScriptedProvider, ScriptedReply

        said = request.messages[-1].text
        learning = request.schema is not None
        pieces = ("{}",) if learning else tuple(re.findall(r"\s*\S+", line_for(said)))
        usage = Usage(len(said) // 4, sum(map(len, pieces)) // 4)
        reply = ScriptedReply(pieces, usage=usage, delay=0.0 if learning else self._pause)
        async for event in ScriptedProvider([reply]).stream(request):
            yield event

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo lies."""

    repository: Path
    surroundings: "Surroundings"


def line_for(prompt: str) -> str:
    """The first line of the script that the question has a word of."""
    question = prompt.rpartition("</recalled_memories>")[2].casefold()
    return next((line for words, line in LINES if any(w in question for w in words)), OTHERWISE)


@contextmanager
def demo() -> Iterator[Demo]:
    """A project that was worked on for half a year; gone when the context ends."""
    import asyncio

    from featherchat.clock import SystemClock
    from featherchat.project import Surroundings
    from featherchat.store.places import Places

    with tempfile.TemporaryDirectory(prefix="featherchat-demo-") as folder:
        home = Path(folder)
        places = Places(home / "data", home / "cache", home / "config", home / "log")
        repository = _repository(home / NAME)
        with _grammars_in(places.cache / "grammars"):
            asyncio.run(_live_through(repository, places))
            yield Demo(repository, Surroundings(places, {}, SystemClock(), DemoModel()))


@contextmanager
def _grammars_in(folder: Path) -> Iterator[None]:
    """Let grammars be unfolded in a folder of the demo, which goes with the rest."""
    before = os.environ.get(_GRAMMARS)
    os.environ[_GRAMMARS] = str(folder)
    try:
        yield
    finally:
        del os.environ[_GRAMMARS]
        if before is not None:
            os.environ[_GRAMMARS] = before


def _repository(folder: Path) -> Path:
    for path, text in FILES.items():
        _write(folder / path, text)
    try:
        _git(folder, "init", "--quiet", "--initial-branch=main")
        _git(folder, "config", "user.email", _DEVELOPER)
        for commit in COMMITS:
            _commit(folder, commit)
    except (OSError, subprocess.CalledProcessError):
        pass  # without git it is a project all the same
    return folder


def _commit(folder: Path, commit: Committed) -> None:
    for path, text in commit.files.items():
        _write(folder / path, text)
    _git(folder, "add", *commit.files)
    at = f"{time.time() - commit.days * _DAY:.0f} +0000"
    # A person's own hooks and keys have no business here.
    own = ("-c", "user.name=you", "-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    _git(folder, *own, "commit", "--quiet", f"--message={commit.message}", **dates)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _git(folder: Path, *arguments: str, **environment: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )


async def _live_through(repository: Path, places: "Places") -> None:
    """Let the past happen: documents are learnt, things are said, days go by."""
    from featherchat.clock import FixedClock, SystemClock
    from featherchat.commands.memories import remember
    from featherchat.project import Opening, Project, Surroundings

    now = SystemClock().now()
    clock = FixedClock(now - 170 * _DAY)
    around = Surroundings(places, {}, clock, DemoModel(pause=0.0))
    project = await Project.open(Opening(repository, trust=True), around)
    try:
        await project.learn(await project.plan_learning())
        talks = list(TALKS)
        for happened in PAST:
            while talks and talks[0][0] > happened.days:
                days, question = talks.pop(0)
                clock.advance(seconds=now - days * _DAY - clock.now())
                await _ask(project, question)
            clock.advance(seconds=now - happened.days * _DAY - clock.now())
            await remember(project, happened.text, kind=happened.kind)
        await project.give_meaning()
    finally:
        await project.close()


async def _ask(project: "Project", question: str) -> None:
    session = await project.new_session()
    async for _ in session.send(question):
        pass
