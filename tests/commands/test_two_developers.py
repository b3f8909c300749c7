"""Two people on one project, and on one account: neither sees how the other works."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.commands import memories as verbs
from featherchat.commands import timeline
from featherchat.errors import NothingFound
from featherchat.memory import Author, Kind, Layer, Memory, Status
from featherchat.project import Project
from featherchat.providers.scripted import ScriptedProvider
from featherchat.recall.viewing import SCOPE
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.places import Places
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.workshop import ALL, Workshop, files_with

pytestmark = pytest.mark.anyio

ADA, BOB, ADA_AT_HOME = "ada@example.org", "bob@example.org", "ada@home.example"
TABS = "I prefer tabs over spaces in shell scripts."
SPACES = "I prefer spaces over tabs in shell scripts."


@asynccontextmanager
async def at_work(workshop: Workshop, email: str) -> AsyncIterator[Project]:
    """The project as one developer opens it."""
    workshop.git("config", "user.email", email)
    async with workshop.open() as project:
        yield project


async def said(workshop: Workshop, email: str, text: str) -> Memory:
    """A preference of one developer."""
    async with at_work(workshop, email) as project:
        (memory,) = (await verbs.remember(project, text, kind="preference")).stored
        return memory


async def everything_told(project: Project, foreign: str) -> str:
    """What each way of reading memory says, in one text."""
    found = await verbs.search(project, verbs.Question("tabs or spaces in shell scripts", limit=50))
    words = await verbs.search(project, verbs.Question("tabs spaces", words_only=True))
    recall = await project.retriever.recall(
        "tabs or spaces?", abstain=False, hops=2, layers=True, explain=True
    )
    changes = (await timeline.differences(project, 0.0, project.clock.now() + 1)).difference
    session = await project.new_session()
    events = [event async for event in session.send("tabs or spaces in shell scripts?")]
    told = [found, words, recall, changes, events, await project.memories.find(ALL)]
    told += [await project.memories.pinned(), await project.memories.get([foreign])]
    return str(told)


async def test_two_developers_on_one_account_never_see_each_others_preferences(
    workshop: Workshop,
) -> None:
    hers, his = await said(workshop, ADA, TABS), await said(workshop, BOB, SPACES)

    async with at_work(workshop, ADA) as project:
        for_her = await everything_told(project, his.id)
        with pytest.raises(NothingFound):
            await verbs.show(project, his.id)
        with pytest.raises(NothingFound):
            await timeline.history(project, his.id)
        with pytest.raises(NothingFound):
            await verbs.forget(project, [his.id], hard=True)
    async with at_work(workshop, BOB) as project:
        for_him = await everything_told(project, hers.id)

    assert TABS in for_her and SPACES not in for_her
    assert SPACES in for_him and TABS not in for_him


async def test_two_accounts_on_one_project_store_keep_their_preferences_apart(
    workshop: Workshop, tmp_path: Path
) -> None:
    shared = {"store.path": str(tmp_path / "shared.feather")}
    workshop.git("config", "user.email", ADA)
    async with workshop.open(options=shared) as project:
        await verbs.remember(project, "We use Redis for sessions.")
        await verbs.remember(project, TABS, kind="preference")
    home = tmp_path / "bob"
    workshop.places = Places(home / "data", home / "cache", home / "config", home / "log")
    workshop.git("config", "user.email", BOB)

    async with workshop.open(options=shared) as project:
        found = await project.memories.find(ALL)

    assert [each.text for each in found] == ["We use Redis for sessions."]
    assert files_with(tmp_path / "bob", b"tabs over spaces") == []
    assert b"tabs over spaces" not in (tmp_path / "shared.feather").read_bytes()


async def test_a_shared_store_keeps_no_preference_that_was_told_to_a_model(
    workshop: Workshop,
) -> None:
    await said(workshop, ADA, TABS)
    provider = ScriptedProvider(["Indented."])
    workshop.git("config", "user.email", ADA)
    async with workshop.open(provider) as project:
        session = await project.new_session()
        async for _ in session.send("How do I indent shell scripts, tabs or spaces?"):
            pass
        (stored,) = await project.memories.ask(
            lambda store: store.transcripts.turns(session.head.id)
        )

    assert TABS in provider.requests[0].messages[-1].text
    assert TABS in session.turns[0].context
    assert TABS not in stored.context
    assert stored.recalled == session.turns[0].recalled != ()


async def test_a_shared_store_keeps_no_preference_that_memory_itself_answered(
    workshop: Workshop,
) -> None:
    await said(workshop, ADA, TABS)
    async with at_work(workshop, ADA) as project:
        session = await project.new_session()
        async for _ in session.send("tabs or spaces in shell scripts?"):
            pass
        (stored,) = await project.memories.ask(
            lambda store: store.transcripts.turns(session.head.id)
        )

    assert TABS in session.turns[0].answer
    assert "tabs over spaces" not in stored.answer
    assert "private to the developer was told" in stored.answer


async def test_nobody_goes_on_with_or_learns_from_anothers_conversation(
    workshop: Workshop,
) -> None:
    async with at_work(workshop, ADA) as project:
        session = await project.new_session()
        async for _ in session.send(TABS):
            pass
    async with at_work(workshop, BOB) as project:
        his = await project.resume_session()
        by_id = await project.resume_session(session.head.id)
        claimed = await project.memories.ask(
            lambda store: store.transcripts.unlearnt.claim(project.addresses)
        )
    async with at_work(workshop, ADA) as project:
        hers = await project.resume_session()

    assert (his, by_id, claimed) == (None, None, [])
    assert hers is not None and hers.head.id == session.head.id


async def test_what_is_forgotten_for_good_is_gone_from_conversations_and_backups_too(
    workshop: Workshop,
) -> None:
    memory = await said(workshop, ADA, TABS)
    async with at_work(workshop, ADA) as project:
        session = await project.new_session()
        async for _ in session.send(f"Remember that: {TABS}"):
            pass
        await verbs.forget(project, [memory.id], hard=True)

    assert files_with(workshop.home, b"tabs over spaces") == []


async def test_joined_addresses_are_one_person(workshop: Workshop) -> None:
    workshop.configure(f'[developer]\nemails = ["{ADA}", "{ADA_AT_HOME}"]\n')
    await said(workshop, ADA_AT_HOME, TABS)

    async with at_work(workshop, ADA) as project:
        found = await verbs.search(project, verbs.Question("tabs in shell scripts"))
    async with at_work(workshop, BOB) as project:
        for_bob = await project.memories.find(ALL)

    assert [each.memory.text for each in found.found] == [TABS]
    assert for_bob == []


async def test_a_preference_of_one_project_does_not_hold_in_another(
    workshop: Workshop, tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    other = Workshop(tmp_path / "second", workshop.clock)
    other.places = workshop.places
    async with at_work(workshop, ADA) as project:
        here = a_memory(TABS, kind=Kind.PREFERENCE, attributes={SCOPE: project.known.id})
        await project.memories.remember([here], a_cause())
        await verbs.remember(project, "I prefer short answers.", kind="preference")

    async with at_work(other, ADA) as project:
        elsewhere = [each.text for each in await project.memories.find(ALL)]
        await verbs.remember(project, TABS, kind="preference")
        stated_again = {each.text for each in await project.memories.find(ALL)}

    assert elsewhere == ["I prefer short answers."]
    assert stated_again == {"I prefer short answers.", TABS}


async def test_preferences_in_a_project_store_move_once_to_their_developers_own(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with at_work(workshop, ADA) as project:
        path, project_id = project.memories.path, project.known.id
    store = SqliteStore.open(path, None, workshop.clock)
    both = [
        a_memory(TABS, id="hers", kind=Kind.PREFERENCE, developer=ADA),
        a_memory(SPACES, id="his", kind=Kind.PREFERENCE, developer=BOB),
    ]
    store.put(both, a_cause())
    store.close()

    async with at_work(workshop, ADA) as project:
        told = [notice for notice in project.notices if "preference" in notice]
        (mine,) = await project.memories.find(ALL)
        own = project.personal
        assert own is not None
        (kept,) = await own.find(ALL)
    async with at_work(workshop, ADA) as project:
        again = project.notices
        left = {each.id: each.status for each in await project.memories.ask(_rows)}

    assert len(told) == 1 and "1 preference of yours" in told[0]
    assert (mine.id, kept.id, kept.attributes[SCOPE]) == ("hers", "hers", project_id)
    assert again == ()
    assert left == {"hers": Status.RETIRED, "his": Status.ACTIVE}


def _rows(store: SqliteStore) -> list[Memory]:
    return store.find(ALL)


async def test_a_move_can_be_taken_back(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with at_work(workshop, ADA) as project:
        path = project.memories.path
    store = SqliteStore.open(path, None, workshop.clock)
    store.put([a_memory(TABS, kind=Kind.PREFERENCE, developer=ADA)], a_cause())
    store.close()

    async with at_work(workshop, ADA) as project:
        undone = await verbs.undo(project)
        own = project.personal
        assert own is not None
        theirs, here = await own.find(ALL), await project.memories.ask(_rows)

    assert "moved preferences" in undone.reason
    assert theirs == []
    assert [each.status for each in here] == [Status.ACTIVE]


async def test_undo_takes_back_the_last_change_of_either_store(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with at_work(workshop, ADA) as project:
        for text, kind in ((TABS, "preference"), ("We use Redis.", "decision"), (SPACES, None)):
            clock.advance(seconds=60)
            await verbs.remember(project, text, kind=kind)

        undone = [(await verbs.undo(project)).removed[0].text for _ in range(3)]

    assert undone == [SPACES, "We use Redis.", TABS]


async def test_nobody_takes_back_what_another_said_of_themselves(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with at_work(workshop, BOB) as project:
        await verbs.remember(project, "We use Redis.", kind="decision")
    clock.advance(seconds=60)
    hers = await said(workshop, ADA, TABS)
    async with at_work(workshop, ADA) as project:
        (change,) = (await timeline.history(project, hers.id)).steps

    async with at_work(workshop, BOB) as project:
        with pytest.raises(NothingFound):
            await verbs.undo(project, change.operation)
        undone = await verbs.undo(project)
        with pytest.raises(NothingFound):
            await verbs.undo(project)
    async with at_work(workshop, ADA) as project:
        found = await project.memories.find(ALL)

    assert [each.text for each in undone.removed] == ["We use Redis."]
    assert [each.text for each in found] == [TABS]


async def test_what_one_changes_of_a_preference_stays_in_its_own_store(workshop: Workshop) -> None:
    memory = await said(workshop, ADA, TABS)

    async with at_work(workshop, ADA) as project:
        await verbs.pin(project, memory.id, pinned=True)
        await verbs.edit(project, memory.id[-6:], SPACES)
        shown = await verbs.show(project, memory.id)
        steps = (await timeline.history(project, memory.id)).steps
        (forgotten,) = await verbs.forget(project, [memory.id], hard=True)

    assert (shown.memory.text, shown.memory.pinned) == (SPACES, True)
    assert [step.reason.split(":")[0] for step in steps] == ["edited", "pinned", "remembered"]
    assert forgotten.id == memory.id
    assert files_with(workshop.home, b"over spaces in shell") == []


async def test_neither_a_model_nor_a_program_makes_a_preference_active(
    workshop: Workshop, a_memory: MakeMemory, clock: FixedClock
) -> None:
    async with at_work(workshop, ADA) as project:
        for author in (Author.ASSISTANT, "mcp:editor", Author.DOCUMENT, Author.IMPORT):
            memory = a_memory(f"Prefers tabs, says {author}.", kind=Kind.PREFERENCE)
            source = type(memory.source)(author, clock.now())
            why = Cause(clock.new_id(), clock.now(), author, "learnt")
            fields = {"source": source, "id": clock.new_id()}
            await project.memories.remember(
                [a_memory(memory.text, kind=Kind.PREFERENCE, **fields)], why
            )
        own = project.personal
        assert own is not None
        found = await own.find(ALL)

    assert len(found) == 4
    assert {each.status for each in found} == {Status.CANDIDATE}


@pytest.mark.parametrize("kind", [*Kind, "lunch"])
async def test_each_kind_lies_in_the_store_that_its_layer_says(
    workshop: Workshop, kind: str
) -> None:
    async with at_work(workshop, ADA) as project:
        await verbs.remember(project, "The feathers are blue.", kind=kind)
        here = [each.kind for each in await project.memories.ask(_rows)]
        there = [] if project.personal is None else await project.personal.find(ALL)

    private = [each.kind for each in there if each.layer is Layer.DEVELOPER]
    assert (here, private) == (([], [kind]) if kind == Kind.PREFERENCE else ([kind], []))


@pytest.mark.parametrize("harm", ["damaged", "foreign", "folder"])
async def test_a_project_works_without_the_developers_own_store_and_says_why(
    workshop: Workshop, harm: str
) -> None:
    await said(workshop, ADA, TABS)
    place = workshop.places.developer_store
    content = place.read_bytes()
    place.unlink()
    if harm == "folder":
        place.mkdir()
    else:
        place.write_bytes(b"no store" if harm == "foreign" else content[:200] + b"\0" * 9_000)

    async with at_work(workshop, ADA) as project:
        await verbs.remember(project, "We use Redis for sessions.")
        found = await verbs.search(project, verbs.Question("redis sessions"))
        with pytest.raises(Exception, match=r"developer\.feather"):
            await verbs.remember(project, TABS, kind="preference")
        notices = " ".join(project.notices)

    assert len(found.found) == 1
    assert "developer.feather" in notices and "Preferences are left out" in notices


async def test_what_is_private_goes_into_the_counts_of_its_developer_alone(
    workshop: Workshop,
) -> None:
    await said(workshop, ADA, TABS)

    async with at_work(workshop, BOB) as project:
        his = await project.counts()
    async with at_work(workshop, ADA) as project:
        hers = await project.counts()

    assert (his.total, dict(his.by_kind)) == (0, {})
    assert (hers.total, dict(hers.by_kind)) == (1, {"preference": 1})


async def test_preferences_are_part_of_the_past(workshop: Workshop, clock: FixedClock) -> None:
    async with at_work(workshop, ADA) as project:
        await verbs.remember(project, TABS, kind="preference")
        then = clock.now() + 1
        clock.advance(seconds=60)
        await verbs.remember(project, SPACES, kind="preference")

        async with timeline.as_of(project, then, words=True) as past:
            found = await verbs.search(past, verbs.Question("tabs or spaces in shell scripts"))
            known = await past.memories.find(Filter(kinds=(Kind.PREFERENCE,)))

    assert [each.memory.text for each in found.found] == [TABS]
    assert [each.text for each in known] == [TABS]
