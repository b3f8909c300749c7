"""What the slash commands say of duplicates and near duplicates."""

import pytest

from featherchat.commands import memories
from featherchat.commands.slash import parse_line, run_line
from featherchat.memory import Source
from tests.conftest import MakeCause, MakeMemory
from tests.workshop import ALL, Workshop

pytestmark = pytest.mark.anyio

SAID = "Sessions live in Redis because it survives a restart of the host."
REORDERED = "Because it survives a restart of the host, sessions live in Redis."


@pytest.mark.parametrize(
    ("command", "kind", "told"),
    [
        ("/remember", "conversation", "- similar to m:{} (1.00): Sessions live"),
        ("/adr new", "decision", "- It repeats m:{} Sessions live"),
    ],
)
async def test_what_is_near_is_named_below_what_was_stored(
    workshop: Workshop, command: str, kind: str, told: str
) -> None:
    async with workshop.open() as project:
        (first,) = (await memories.remember(project, SAID, kind=kind)).stored

        answer = await run_line(project, parse_line(f"{command} {REORDERED}"))

    assert told.format(first.id[-6:].lower()) in answer
    assert answer.count(first.id[-6:].lower()) == 1


async def test_what_is_known_is_named(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await run_line(project, parse_line(f"/remember {SAID}"))

        again = await run_line(project, parse_line(f"/remember {SAID}"))

        assert again.startswith("That is already known:")
        assert "Sessions live in Redis" in again
        assert len(await project.memories.find(ALL)) == 1


async def test_show_names_where_else_it_was_said(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    sources = (Source("document", 0.0, path="docs/a.md", line=3),)
    memory = a_memory(SAID, sources=sources)
    async with workshop.open() as project:
        await project.memories.remember([memory], a_cause())

        shown = await run_line(project, parse_line(f"/show {memory.id}"))

    assert "- also from `docs/a.md:3`" in shown
