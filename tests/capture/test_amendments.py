import pytest

from featherchat.memory import Kind, Status
from featherchat.recollection import Filter
from tests.workshop import Workshop, learn

pytestmark = pytest.mark.anyio

OLD = """# 1. Cache in Redis

## Status

Accepted. Superseded in part by [ADR-2](0002-expiry.md).

## Context

Pages are slow.

## Decision

We cache pages in Redis for an hour.
"""
NEW = """# 2. Expiry of cached pages

## Status

Accepted

## Context

An hour is too long.

## Decision

We cache pages for a minute.
"""


async def test_a_decision_that_is_superseded_in_part_stays_in_force_below_what_amends_it(
    workshop: Workshop,
) -> None:
    workshop.write("doc/adr/0001-cache.md", OLD)
    workshop.write("doc/adr/0002-expiry.md", NEW)
    async with workshop.open() as project:
        report = await learn(project)
        decisions = Filter(kinds=(Kind.DECISION,))
        found = await project.retriever.recall(
            "cache pages in Redis for an hour", where=decisions, words_only=True
        )
        edges = await project.memories.edges_of([found.found[0].memory.id])

    assert [each.memory.attributes["number"] for each in found.found] == [2, 1]
    assert {each.memory.status for each in found.found} == {Status.ACTIVE}
    assert "amends" in {edge.relation for edge in edges}
    assert report.links == 0
