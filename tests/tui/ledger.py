"""The demo's project with its past, the same in every run: no date, path or id of it differs."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from driving import Running, running
from settling import PATIENCE

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.commands.memories import cause, remember
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import Author, Kind
from featherchat.messages import Usage
from featherchat.project import Opening, Project, Surroundings
from featherchat.providers.scripted import ScriptedReply
from featherchat.recollection import Filter
from featherchat.store.places import Places
from featherchat_tui.demo_project import FILES, LINES, PAST

QUESTION = "Why is the pool limited to 20 connections?"
GUESS = "Bookings are retried at most three times."
COMMITTED = "Limit the pool to 20 connections\n\nThe outage of 3 March came from 40. See ADR-2."
SINCE = 170.0
"""Days of which the project has a past."""

REPOSITORY = Path("ledger")
"""Paths are relative: they are on the screen."""


def make_ledger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the repository, and make its folder the current one."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for path, text in FILES.items():
        file = REPOSITORY / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-04-02T09:00:00Z")
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        ("commit", "--quiet", "--message", COMMITTED),
    ):
        subprocess.run(["git", "-C", REPOSITORY, *command], check=True)


async def live_through(home: Path) -> None:
    """Let half a year pass: documents and commits are learnt, things are said."""
    clock = FixedClock()
    now = clock.now()
    clock.advance(days=-SINCE)
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    around = Surroundings(places, {}, clock, None, HashEmbedder())
    project = await Project.open(Opening(REPOSITORY, trust=True), around)
    try:
        await project.learn(await project.plan_learning())
        assert project.recorder is not None
        await project.recorder.record()
        for happened in PAST:
            clock.advance(seconds=now - happened.days * SECONDS_PER_DAY - clock.now())
            await remember(project, happened.text, kind=happened.kind)
        clock.advance(seconds=now - clock.now())
        guess = Candidate(Kind.CONVENTION, GUESS, GUESS, Author.ASSISTANT, importance=1.5)
        await project.gate.admit([guess], Evidence(assistant=GUESS), cause(project, "the model"))
        await project.give_meaning()
    finally:
        await project.close()
    # An index that was written in one go gives the same scores each time.
    shutil.rmtree(places.cache)


@asynccontextmanager
async def at_the_ledger(home: Path, size: tuple[int, int]) -> AsyncIterator[Running]:
    """The app on the project, after a question and its answer."""
    answer = ScriptedReply((LINES[0][1],), usage=Usage(1_200, 90))
    script = [answer, '{"candidates": []}']
    async with running(REPOSITORY, script, home=home, size=size, animations=False) as run:
        # What the empty page says stands above the question only if it came before it.
        await run.until(run.sees("Ask anything"))
        await run.type(QUESTION)
        await run.until(run.sees("recalled"))
        await run.idle()
        await _recalls_counted(run.app.chat._require())
        yield run


async def _recalls_counted(project: Project) -> None:
    """Wait for the batch: what a pane reads afterwards knows of it."""
    async with asyncio.timeout(PATIENCE):
        while not any(each.recall_count for each in await project.memories.find(Filter())):
            await asyncio.sleep(0.05)
