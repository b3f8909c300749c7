"""The changes of memory, one by one: told, and taken back alone or as a period."""

import pytest

from featherchat.clock import FixedClock
from featherchat.commands import memories
from featherchat.commands.changes import changes, difference_lines, differences_of, take_back
from featherchat.project import Project
from tests.workshop import ALL, Workshop


async def remembered(project: Project, *texts: str) -> None:
    for text in texts:
        await memories.remember(project, text)


@pytest.mark.anyio
async def test_changes_come_newest_first_with_what_they_did(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await remembered(project, "The pool has 20 connections.", "Exports run at night.")
        (memory,) = [each for each in await project.memories.find(ALL) if "pool" in each.text]
        await memories.pin(project, memory.id, pinned=True)

        found = await changes(project)

        assert [(each.added, each.changed) for each in found] == [(0, 1), (1, 0), (1, 0)]
        lines = difference_lines(await differences_of(project, found[0].id))
        assert lines[0].startswith("~ The pool has 20 connections.")
        assert lines[1] == "    pinned: False → True"


@pytest.mark.anyio
async def test_one_change_with_several_reasons_names_the_first(workshop: Workshop) -> None:
    workshop.write("README.md", "# Ledger\n\nA ledger that keeps every payment.\n")
    workshop.write("docs/pool.md", "# Pool\n\nThe pool has twenty connections at most.\n")
    async with workshop.open() as project:
        await project.learn(await project.plan_learning())

        (found,) = await changes(project)

        assert found.reason == "learnt README.md and 1 more"


@pytest.mark.anyio
async def test_what_private_changes_did_is_told_with_the_rest(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        await remembered(project, "The pool has 20 connections.")
        clock.advance(seconds=60)
        await memories.remember(project, "I prefer small commits.", kind="preference")

        found = await changes(project)

        told = [difference_lines(await differences_of(project, each.id)) for each in found]
        assert told[0][0].startswith("+ I prefer small commits. · preference")
        assert told[1][0].startswith("+ The pool has 20 connections.")


@pytest.mark.anyio
async def test_a_period_is_taken_back_and_what_came_before_stays(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        await remembered(project, "The pool has 20 connections.")
        clock.advance(days=1)
        since = clock.now()
        clock.advance(seconds=60)
        await remembered(project, "Exports run at night.", "Tenants are sharded.")

        done = await take_back(project, await changes(project, since))

        assert len(done.operations) == 2 and done.stopped == ""
        assert [each.text for each in await project.memories.find(ALL)] == [
            "The pool has 20 connections."
        ]
        assert [each.stands for each in await changes(project, since)][-2:] == [False, False]


@pytest.mark.anyio
async def test_an_undo_of_a_period_says_where_it_had_to_stop(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await remembered(project, "The pool has 20 connections.")
        (memory,) = await project.memories.find(ALL)
        await memories.pin(project, memory.id, pinned=True)
        (_, first) = await changes(project)

        done = await take_back(project, [first])

        assert done.operations == ()
        assert "was changed again since" in done.stopped
