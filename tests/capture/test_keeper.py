"""Memory follows the code while somebody is there, and one process does it for all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from featherchat.capture.keeper import Keeper, Noticed
from featherchat.code.lease import Lease
from featherchat.code.watching import Watcher
from featherchat.memory import Kind
from featherchat.messages import Learned
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.code.watching_tools import PATIENCE, QUICK
from tests.workshop import Workshop

CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))

pytestmark = pytest.mark.anyio


class GatheredSaves:
    """Remembers which files were saved."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def saved(self, paths: Sequence[str]) -> Learned | None:
        self.paths += paths
        return None


def commit(workshop: Workshop, message: str) -> None:
    workshop.write("a.py", f"{message}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)


class Kept:
    """A keeper at work, and what it has noticed."""

    def __init__(self, project: Project, workshop: Workshop) -> None:
        assert project.repository is not None
        self.saves = GatheredSaves()
        self.noticed: asyncio.Queue[Noticed] = asyncio.Queue()
        watcher = Watcher(project.repository, lambda notice: None, QUICK)
        lease = Lease(workshop.home / "watching.lock")
        self.keeper = Keeper(watcher, lease, project.following, self.saves, lambda notice: None)

    async def next(self) -> Noticed:
        return await asyncio.wait_for(self.noticed.get(), PATIENCE)


@asynccontextmanager
async def keeping(project: Project, workshop: Workshop) -> AsyncIterator[Kept]:
    kept = Kept(project, workshop)
    task = asyncio.create_task(kept.keeper.run(kept.noticed.put_nowait, stand_by=0.02))
    try:
        yield kept
    finally:
        task.cancel()
        await asyncio.wait([task])


async def titles(project: Project) -> list[str]:
    return sorted(each.title for each in await project.memories.find(CHANGES))


async def test_what_was_committed_before_and_meanwhile_is_recorded(workshop: Workshop) -> None:
    commit(workshop, "Before")
    async with workshop.open() as project, keeping(project, workshop) as kept:
        first = await kept.next()
        commit(workshop, "Meanwhile")
        second = await kept.next()
        found = await titles(project)

    assert (first.is_first, second.is_first) == (True, False)
    assert first.recorded is not None
    assert second.recorded is not None
    assert (first.recorded.new, second.recorded.new) == (1, 1)
    assert found == ["Before", "Meanwhile"]


async def test_saves_are_handed_on_and_no_commit_is_looked_for(workshop: Workshop) -> None:
    commit(workshop, "Before")
    async with workshop.open() as project, keeping(project, workshop) as kept:
        await kept.next()
        workshop.write("a.py", "now\n")
        second = await kept.next()

    assert second.recorded is None
    assert kept.saves.paths == ["a.py"]


async def test_what_was_saved_while_nobody_watched_is_handed_on(workshop: Workshop) -> None:
    commit(workshop, "Before")
    workshop.write("a.py", "now\n")
    workshop.write("b.py", "new\n")
    async with workshop.open() as project, keeping(project, workshop) as kept:
        await kept.next()

    assert kept.saves.paths == ["a.py", "b.py"]


async def test_one_of_two_keepers_keeps_and_the_other_takes_over(workshop: Workshop) -> None:
    commit(workshop, "Before")
    async with workshop.open() as project, workshop.open() as other:
        async with keeping(project, workshop) as first:
            await first.next()
            async with keeping(other, workshop) as second:
                commit(workshop, "Both are there")
                await first.next()
                assert second.keeper.standing is None
                assert second.noticed.empty()
        async with keeping(other, workshop) as second:
            await second.next()
            commit(workshop, "The first has gone")
            await second.next()
            assert second.keeper.standing is not None
        found = await titles(other)

    assert found == ["Before", "Both are there", "The first has gone"]


async def test_nothing_is_kept_without_git_or_against_the_settings(workshop: Workshop) -> None:
    workshop.configure('[learn.policy]\ncode_change = "off"\n')

    async with workshop.open() as project:
        assert project.keeper is None
