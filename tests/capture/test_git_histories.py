"""Whatever happens to commits, memory holds what a scan of everything finds, and holds it once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from featherchat.capture.carrying import commits_of
from featherchat.capture.keeper import Keeper, Noticed
from featherchat.code.history import History as Commits
from featherchat.code.lease import Lease
from featherchat.code.repository import Repository
from featherchat.code.watching import Watcher
from featherchat.memory import Author, Kind, Memory
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.capture.histories import (
    HISTORIES,
    History,
    amended_message,
    branch_switches,
    cherry_pick,
    hard_reset,
    interactive_squash,
    merge,
    rebase,
    revert,
)
from tests.code.watching_tools import PATIENCE, QUICK
from tests.workshop import Workshop

EVERY_CHANGE = Filter(kinds=(Kind.CODE_CHANGE,), statuses=())

pytestmark = pytest.mark.anyio
ONLY_GIT_WORKS = (
    *(amended_message, rebase, interactive_squash, cherry_pick, revert, merge),
    *(branch_switches, hard_reset),
)
"""After their beginning nobody saves anything."""

every_history = pytest.mark.parametrize("history", HISTORIES, ids=lambda each: each.__name__)


@pytest.fixture(autouse=True)
def a_time_for_each_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits of one test are as old as they are, not as the test."""
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-09-01T12:00:00Z")


@asynccontextmanager
async def kept(project: Project, workshop: Workshop) -> AsyncIterator[asyncio.Queue[Noticed]]:
    """Keep memory at the repository; gives what was noticed."""
    assert project.repository is not None
    told, noticed = list[str](), asyncio.Queue[Noticed]()
    watcher = Watcher(project.repository, told.append, QUICK)
    lease = Lease(workshop.home / "watching.lock")
    keeper = Keeper(watcher, lease, project.following, None, told.append)
    task = asyncio.create_task(keeper.run(noticed.put_nowait))
    try:
        yield noticed
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert told == []


def head_commits(root: Path) -> dict[str, str]:
    """The patch of every commit that HEAD comes from and that changes anything: a full scan."""
    repository = Repository.open(root)
    assert repository is not None
    tip = repository.head()
    if tip is None:
        return {}
    commits = Commits(repository)
    return {each.id: each.patch for each in commits.read(commits.ids(tip)) if each.patch}


def assert_equals_a_full_scan(found: list[Memory], root: Path) -> None:
    recorded = [each for each in found if each.source.author == Author.COMMIT]
    patches = Counter(str(each.attributes["patch"]) for each in recorded)
    named = Counter(sha for each in recorded for sha in commits_of(each))
    scanned = head_commits(root)
    in_head = {
        str(each.attributes["patch"])
        for each in recorded
        if not scanned.keys().isdisjoint(commits_of(each))
        and not each.attributes.get("unreachable")
    }

    assert in_head == set(scanned.values())
    assert {patch: n for patch, n in patches.items() if n > 1} == {}
    assert {sha: n for sha, n in named.items() if n > 1} == {}


async def recorded_in(project: Project) -> list[Memory]:
    recorder = project.recorder
    assert recorder is not None
    await recorder.record()
    return await project.memories.find(EVERY_CHANGE)


@every_history
async def test_what_is_recorded_step_by_step_equals_a_full_scan(
    history: History, workshop: Workshop
) -> None:
    steps = history(workshop)
    next(steps)
    async with workshop.open() as project:
        assert_equals_a_full_scan(await recorded_in(project), workshop.root)
        for elsewhere in steps:
            if elsewhere is None:
                assert_equals_a_full_scan(await recorded_in(project), workshop.root)
                continue
            home, workshop.root = workshop.root, elsewhere
            async with workshop.open() as other:
                assert_equals_a_full_scan(await recorded_in(other), elsewhere)
            workshop.root = home


@every_history
async def test_what_is_recorded_while_it_happens_equals_a_full_scan(
    history: History, workshop: Workshop
) -> None:
    steps = history(workshop)
    next(steps)
    async with workshop.open() as project, kept(project, workshop) as noticed:
        await asyncio.wait_for(noticed.get(), PATIENCE)
        await asyncio.to_thread(lambda: list(steps))
        workshop.write("the-last.txt", "done\n")
        saved: set[str] = set()
        while "the-last.txt" not in saved:
            saved.update((await asyncio.wait_for(noticed.get(), PATIENCE)).change.paths)
        found = await project.memories.find(EVERY_CHANGE)

    assert_equals_a_full_scan(found, workshop.root)
    if history in ONLY_GIT_WORKS:
        assert saved == {"the-last.txt"}
