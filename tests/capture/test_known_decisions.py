"""Since when a decision can be suggested."""

from datetime import UTC, datetime

import pytest

from featherchat.capture.known_decisions import known_decisions
from tests.workshop import Workshop, learn

RECORD = """# 8. Call back

## Changelog

- 2022-08-10: Initial draft
- March 22nd, 2023: Merged

## Status

{status}

## Decision

Call the actors back. We met on 2021-05-06.
"""


def days(times: tuple[float, ...]) -> list[str]:
    return [datetime.fromtimestamp(each, UTC).date().isoformat() for each in times]


@pytest.mark.anyio
async def test_a_record_was_there_from_its_first_draft_on(workshop: Workshop) -> None:
    workshop.write("doc/adr/0008-call-back.md", RECORD.format(status="Accepted 2023-09-19"))

    async with workshop.open() as project:
        await learn(project)
        known = await known_decisions(project.memories)

    assert known is not None
    (key,) = known.times
    assert days(known.times[key]) == ["2022-08-10", "2023-03-22", "2023-09-19"]
    last = known.times[key][-1]
    assert known.age(key, last + 60.0) == 60.0
    assert known.age(key, known.times[key][0] - 1.0) == 0.0


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["Rejected", "Deprecated", "Superseded by ADR-9"])
async def test_what_is_not_in_force_cannot_be_carried_out(workshop: Workshop, status: str) -> None:
    workshop.write("doc/adr/0008-call-back.md", RECORD.format(status=status))

    async with workshop.open() as project:
        await learn(project)
        known = await known_decisions(project.memories)

    assert known is None
