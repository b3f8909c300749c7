"""The past of a project, at a commit and through a conversation."""

import pytest

from featherchat.clock import FixedClock
from featherchat.commands import memories as verbs
from featherchat.commands import timeline
from featherchat.commands.moments import ago, ahead, past_moment
from featherchat.commands.slash import parse_line, run_line
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Author, Edge, Memory, Source, Status
from featherchat.project import Project
from featherchat.store.base import Cause
from featherchat.store.log import EXPIRY
from featherchat.store.transcripts import ChatSession, Turn
from tests.workshop import ALL, Workshop

pytestmark = pytest.mark.anyio

OLD, NEW = "The feather index lies in a folder.", "The feather index lies in one file."


async def remembered(project: Project, text: str) -> Memory:
    return (await verbs.remember(project, text)).stored[0]


def commit(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a commit that is made now."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{int(workshop.clock.now())} +0000")
    workshop.git("commit", "--quiet", "--allow-empty", "-m", "Begin")
    return workshop.git("rev-parse", "HEAD")


async def test_memory_is_searched_as_it_was_at_a_commit(
    workshop: Workshop, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workshop.open() as project:
        memory = await remembered(project, OLD)
        clock.advance(seconds=10)
        sha = commit(workshop, monkeypatch)
        clock.advance(seconds=10)
        await verbs.edit(project, memory.id, NEW)

        at = await past_moment(project, sha[:8])
        async with timeline.as_of(project, at, words=True) as past:
            recall = await verbs.search(past, verbs.Question("feather index"))
            shown = await verbs.show(past, memory.id)

        assert [each.memory.text for each in recall.found] == [OLD]
        assert (shown.memory.text, len(shown.history)) == (OLD, 1)
        assert (await verbs.the_memory(project, memory.id)).text == NEW


@pytest.mark.parametrize("when", ["", "yesterday", "HEAD..HEAD", "--all", ":/x", "@{1}", "999999y"])
async def test_what_is_neither_a_time_nor_a_commit_is_named(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    commit(workshop, monkeypatch)
    async with workshop.open() as project:
        with pytest.raises(InvalidValue, match="neither a period nor a date nor a commit"):
            await past_moment(project, when)


async def test_a_period_lies_before_or_behind_now() -> None:
    day = 86_400.0

    assert ago("2d", 10 * day) == 8 * day
    assert ago("30min", 10 * day) == ago("30 minutes", 10 * day) == 10 * day - 1_800
    assert ahead("2w", 10 * day) == 24 * day
    assert ago("1970-01-03", 10 * day) == 2 * day
    with pytest.raises(InvalidValue, match="not in the future"):
        ahead("1970-01-03", 10 * day)


async def test_a_history_tells_what_changed_and_which_links_came(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        memory = await remembered(project, OLD)
        other = await remembered(project, "Folders are slow.")
        await verbs.edit(project, memory.id, NEW)
        link = Edge(memory.id, other.id, "caused_by")
        await project.memories.remember([], verbs.cause(project, "linked"), [link])
        await verbs.pin(project, memory.id, pinned=True)

        found = await timeline.history(project, memory.id)
        told = await run_line(project, parse_line(f"/history {memory.id}"))

    pinned, linked, reworded, stored = found.steps
    assert pinned.version is not None and pinned.version.memory is not None
    changes = timeline.field_changes(pinned.version.memory, found.memory)
    assert changes == (timeline.FieldChange("pinned", False, True),)
    assert [(change.edge, change.came) for change in linked.links] == [(link, True)]
    assert reworded.rewording == (f"- {OLD}", f"+ {NEW}")
    assert stored.version is not None and stored.version.memory is None
    assert "pinned: False → True" in told
    assert "caused by: Folders are slow." in told


async def test_the_slash_menu_tells_a_difference(workshop: Workshop, clock: FixedClock) -> None:
    async with workshop.open() as project:
        await remembered(project, OLD)
        clock.advance(days=2)
        await remembered(project, "Folders are slow.")

        told = await run_line(project, parse_line("/diff 1d"))
        nothing = await run_line(project, parse_line("/diff 2w 1w"))

    assert "Folders are slow" in told and "feather index" not in told
    assert nothing == "Nothing is different."


async def test_a_conversation_is_taken_back_by_the_end_of_its_id(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        await remembered(project, OLD)
        head = ChatSession("SESSION1", "Why?", 0.0, 0.0)
        await project.memories.ask(lambda store: store.transcripts.put_session(head))
        turn = Turn("T0", "SESSION1", "Why?", 0.0)
        await project.memories.ask(lambda store: store.transcripts.put_turn(turn))
        for number in range(2):
            cause = Cause(clock.new_id(), 0.0, "assistant", "learnt", "SESSION1", f"T{number}")
            learnt = Memory(
                f"m{number}", f"Fact {number}.", "", "debugging", Source("user", 0.0), 0, 1
            )
            await project.memories.remember([learnt], cause)

        said = await run_line(project, parse_line("/undo --session SION1"))

        assert said.endswith("(2 memories).")
        assert [memory.text for memory in await project.memories.find(ALL)] == [OLD]
        with pytest.raises(NothingFound, match="SESSION1"):
            await timeline.undo_session(project, "SESSION1")


async def test_what_expired_is_retired_when_the_project_is_opened(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        written = await verbs.remember(project, OLD, expires_at=clock.now() + 60)
        await remembered(project, "Folders are slow.")
    clock.advance(days=1)

    async with workshop.open() as project:
        shown = await verbs.show(project, written.stored[0].id)
        undone = await verbs.undo(project)

    assert shown.memory.status is Status.RETIRED
    assert (shown.history[-1].actor, shown.history[-1].reason) == (EXPIRY, "expired")
    assert [memory.text for memory in undone.removed] == ["Folders are slow."]
    assert shown.memory.source.author == Author.USER


async def test_a_step_of_a_history_names_what_undo_takes(workshop: Workshop) -> None:
    async with workshop.open() as project:
        memory = await remembered(project, OLD)
        await verbs.edit(project, memory.id, NEW)

        newest, first = (await timeline.history(project, memory.id)).steps
        await verbs.undo(project, newest.operation)

        assert first.operation != newest.operation
        assert (await verbs.the_memory(project, memory.id)).text == OLD


async def test_what_is_retired_is_neither_pinned_nor_edited_nor_forgotten_again(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        memory = await remembered(project, OLD)
        await verbs.forget(project, [memory.id, memory.id], hard=False)

        for change in (
            verbs.pin(project, memory.id, pinned=True),
            verbs.edit(project, memory.id, NEW),
            verbs.forget(project, [memory.id], hard=False),
        ):
            with pytest.raises(InvalidValue, match="is retired"):
                await change
