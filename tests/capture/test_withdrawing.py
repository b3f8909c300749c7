"""Suggestions go when nobody needs to judge them any more."""

import pytest

from featherchat.memory import MAY_CAUSE, RelationType
from tests.capture.deciding import KEYRING, decide, links, record, recorded, rotate_the_keys
from tests.workshop import Workshop


@pytest.mark.anyio
async def test_a_suggestion_goes_when_its_decision_is_superseded(workshop: Workshop) -> None:
    rotate_the_keys(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys"]
        before = await links(project, change)
        old = record(1, "Sign tokens", KEYRING).replace(
            "Accepted", "Superseded by [2](0002-record.md)"
        )
        workshop.write("doc/adr/0001-record.md", old)
        decide(workshop, 2, "Paint the doors", "Blue.", day="2026-02-02")
        await recorded(project)
        after = await links(project, change)

    assert [edge.relation for edge in before] == [MAY_CAUSE]
    assert after == []


@pytest.mark.anyio
async def test_a_suggestion_goes_when_the_commit_names_its_decision_in_the_end(
    workshop: Workshop,
) -> None:
    rotate_the_keys(workshop, "Rotate the keys (ADR-2)")

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys (ADR-2)"]
        before = await links(project, change)
        decide(workshop, 2, "Paint the doors", "Blue.")
        await recorded(project)
        after = await links(project, change)

    assert [edge.relation for edge in before] == [MAY_CAUSE]
    assert [(edge.relation, edge.origin) for edge in after] == [(RelationType.CAUSES, "explicit")]


@pytest.mark.anyio
async def test_a_suggestion_goes_with_the_commit_that_left_every_branch(
    workshop: Workshop,
) -> None:
    rotate_the_keys(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys"]
        before = await links(project, change)
        workshop.git("reset", "--quiet", "--hard", "HEAD~1")
        await recorded(project)
        after = await links(project, change)

    assert [edge.relation for edge in before] == [MAY_CAUSE]
    assert after == []
