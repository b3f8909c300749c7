"""A recurring problem in a conversation: every episode is told, with a model and without."""

from contextlib import aclosing

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.commands.fixes import NewDeadEnd, NewFix, record_dead_end, record_fix
from featherchat.project import Project
from featherchat.providers.scripted import ScriptedProvider
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

QUESTION = "The connection pool again?"


async def three_outages(project: Project, clock: FixedClock) -> None:
    await record_fix(project, NewFix("Connection pool exhausted", fix="close each session"))
    clock.advance(seconds=40 * SECONDS_PER_DAY)
    await record_dead_end(
        project, NewDeadEnd("A larger connection pool", "the database refused more")
    )
    clock.advance(seconds=40 * SECONDS_PER_DAY)
    await record_fix(project, NewFix("Dead connections in the pool", cause="PgBouncer drops them"))


async def test_without_a_model_each_time_has_its_day_and_its_outcome(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        await three_outages(project, clock)
        session = await project.new_session()
        async with aclosing(session.send(QUESTION)) as events:
            text = [event async for event in events][-1].text  # type: ignore[union-attr]

    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert "It happened 3 times, the oldest first" in text
    assert [line.split(" `[m:")[0] for line in lines[:3]] == [
        "- 2026-09-21 · bug fix · **Connection pool exhausted** — fix: close each session",
        "- 2026-10-31 · dead end · **A larger connection pool** — because: the database refused more",
        "- 2026-12-10 · bug fix · **Dead connections in the pool** — cause: PgBouncer drops them",
    ]


async def test_a_model_gets_each_time_in_order(workshop: Workshop, clock: FixedClock) -> None:
    provider = ScriptedProvider(["Three times."])
    async with workshop.open(provider) as project:
        await three_outages(project, clock)
        session = await project.new_session()
        async with aclosing(session.send(QUESTION)) as events:
            _ = [event async for event in events]

    sent = provider.requests[0].messages[-1].text
    places = [
        sent.index(words)
        for words in ("Connection pool exhausted", "A larger connection", "Dead connections")
    ]
    assert places == sorted(places)
