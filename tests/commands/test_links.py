"""A person's word on links: it holds, it lasts, and it can be taken back."""

from dataclasses import replace

import pytest

from featherchat.capture.references import CONFIRMED
from featherchat.commands.links import (
    LinkedChange,
    Verb,
    changes_with_links,
    confirm,
    decide,
    is_suggested,
    reject,
    unlink,
)
from featherchat.commands.memories import cause, undo
from featherchat.commands.slash_links import links
from featherchat.commands.why import why
from featherchat.errors import InvalidValue, NothingFound, UsageError
from featherchat.memory import MAY_CAUSE, Edge, Kind, Memory
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.workshop import Workshop, learn

RECORD = "# {number}. {title}\n\n## Status\n\nAccepted\n\n## Decision\n\n{title}.\n"
DECISIONS = Filter(kinds=(Kind.DECISION,))
CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))


def a_history(workshop: Workshop) -> None:
    """Two decisions, a change that names the first one, and a change that names none."""
    for number, title in ((12, "Keep the tokens short"), (13, "Count the tokens")):
        workshop.write(f"doc/adr/00{number}-it.md", RECORD.format(number=number, title=title))
    commit(workshop, "Start", "0")
    commit(workshop, "Let tokens live five minutes (ADR-12)", "1")
    commit(workshop, "Count what is left", "2")


def commit(workshop: Workshop, message: str, text: str) -> None:
    workshop.write("src/tokens.py", f"LIFE = {text}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)


async def recorded(project: Project) -> dict[str, Memory]:
    """The changes by their title, once decisions and commits are in memory."""
    await learn(project)
    assert project.recorder is not None
    await project.recorder.record()
    found = {each.title: each for each in await project.memories.find(CHANGES)}
    # What is suggested here is said by each test.
    edges = await project.memories.edges_of([each.id for each in found.values()])
    made = [edge for edge in edges if edge.relation == MAY_CAUSE]
    await project.memories.unlink(made, cause(project, "begin without suggestions"))
    return found


async def suggested(project: Project, change: Memory, number: int = 13) -> Edge:
    """A suggestion of a decision for a change, stored as if it had been found."""
    known = {each.attributes["number"]: each for each in await project.memories.find(DECISIONS)}
    edge = Edge(known[number].id, change.id, MAY_CAUSE, 0.71, "path", 0.71, "src/tokens.py")
    await project.memories.remember([], cause(project, "suggested"), [edge])
    return edge


async def of(project: Project, change: Memory) -> LinkedChange:
    found = {each.change.id: each for each in await changes_with_links(project)}
    return found.get(change.id, LinkedChange(change, ()))


@pytest.mark.anyio
async def test_a_suggestion_is_no_reason_until_it_is_confirmed(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        edge = await suggested(project, change)
        before = await why(project, "src/tokens.py:1")
        held = await confirm(project, edge)
        after = await why(project, "src/tokens.py:1")

    assert (before.has_reason, [each.memory.title for each in before.steps[0].maybe]) == (
        False,
        ["ADR-13 Count the tokens"],
    )
    assert after.has_reason
    assert after.steps[0].maybe == ()
    assert (held.origin, held.confidence, held.evidence) == (CONFIRMED, 1.0, "path: src/tokens.py")


@pytest.mark.anyio
async def test_what_is_rejected_is_gone_and_noted_on_the_change(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        edge = await suggested(project, change)
        await reject(project, edge)
        left = await of(project, change)
        noted = (await project.memories.get([change.id]))[change.id]

    assert left.links == ()
    assert noted.attributes["turned_down"] == edge.source_id


@pytest.mark.anyio
async def test_a_link_that_was_taken_away_is_not_made_again(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Let tokens live five minutes (ADR-12)"]
        (link,) = (await of(project, change)).links
        await unlink(project, link.edge)
        # Another record makes the recorder link everything anew.
        workshop.write("doc/adr/0014-more.md", RECORD.format(number=14, title="More"))
        again = (await recorded(project))[change.title]
        left = await of(project, again)

    assert left.links == ()
    assert again.importance == 1.0


@pytest.mark.anyio
async def test_what_was_less_likely_goes_when_a_suggestion_is_confirmed(
    workshop: Workshop,
) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        edge = await suggested(project, change)
        other = await suggested(project, change, 12)
        fainter = replace(other, confidence=0.4, weight=0.4)
        await project.memories.remember([], cause(project, "doubted"), [fainter])
        await confirm(project, edge)
        held = await of(project, change)
        await undo(project)
        before = await of(project, change)

    assert [(link.edge.origin, link.memory.id) for link in held.links] == [
        (CONFIRMED, edge.source_id)
    ]
    assert [link.edge.confidence for link in before.links] == [0.71, 0.4]


@pytest.mark.anyio
async def test_an_unlikely_suggestion_is_told_only_when_it_is_asked_for(
    workshop: Workshop,
) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        faint = replace(await suggested(project, change), confidence=0.1, weight=0.1)
        await project.memories.remember([], cause(project, "doubted"), [faint])
        unasked = await changes_with_links(project, suggested=True)
        asked = await changes_with_links(project, suggested=True, faint=True)

    assert unasked == ()
    assert [(each.change.id, len(each.suggested), each.likely) for each in asked] == [
        (change.id, 1, ())
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("verb", list(Verb))
async def test_one_undo_takes_a_word_back(workshop: Workshop, verb: Verb) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Let tokens live five minutes (ADR-12)"]
        await suggested(project, change)
        before = await of(project, change)
        await decide(project, verb, change.id)
        between = await of(project, change)
        await undo(project)
        after = await of(project, change)

    assert between != before
    assert after == before


@pytest.mark.anyio
async def test_reasons_come_before_suggestions_and_the_surest_first(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Let tokens live five minutes (ADR-12)"]
        await suggested(project, change)
        found = await of(project, change)
        waiting = await changes_with_links(project, suggested=True)
        elsewhere = await changes_with_links(project, path="lib")

    assert [is_suggested(each.edge) for each in found.links] == [False, True]
    assert [each.change.id for each in waiting] == [change.id]
    assert elsewhere == ()


@pytest.mark.anyio
async def test_one_of_several_must_be_named_to_be_confirmed(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        for number in (12, 13):
            await suggested(project, change, number)
        with pytest.raises(InvalidValue, match="has several"):
            await decide(project, Verb.CONFIRM, change.id)
        done = await decide(project, Verb.CONFIRM, change.id, "ADR-13")
        rest = await decide(project, Verb.REJECT, change.id)

    assert [each.memory.title for each in done] == ["ADR-13 Count the tokens"]
    assert [each.memory.title for each in rest] == ["ADR-12 Keep the tokens short"]


@pytest.mark.anyio
async def test_what_does_not_stand_cannot_be_said(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Let tokens live five minutes (ADR-12)"]
        (link,) = (await of(project, change)).links
        edge = await suggested(project, change)
        with pytest.raises(InvalidValue, match="holds already"):
            await confirm(project, link.edge)
        with pytest.raises(InvalidValue, match="This link holds"):
            await reject(project, link.edge)
        with pytest.raises(InvalidValue, match="only a suggestion"):
            await unlink(project, edge)
        await reject(project, edge)
        with pytest.raises(NothingFound, match="no longer there"):
            await confirm(project, edge)
        with pytest.raises(NothingFound, match="no such suggestion"):
            await decide(project, Verb.CONFIRM, change.id)


@pytest.mark.anyio
async def test_the_page_lists_links_and_takes_a_word(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        await suggested(project, change)
        listed = await links(project, "suggested")
        told = await links(project, f"reject {change.id}")
        empty = await links(project, "suggested")
        with pytest.raises(UsageError, match="no command"):
            await links(project, "approve it")

    assert "maybe ● ADR-13 Count the tokens (accepted)" in listed
    assert "by path, 0.71: src/tokens.py" in listed
    assert "Rejected" in told
    assert empty == "Nothing waits."


@pytest.mark.anyio
async def test_a_stale_twin_of_a_confirmed_suggestion_is_told_once(workshop: Workshop) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Count what is left"]
        edge = await suggested(project, change)
        held = await confirm(project, edge)
        await project.memories.remember([], cause(project, "again"), [replace(edge)])
        found = await of(project, change)

    assert [each.edge for each in found.links] == [held]
