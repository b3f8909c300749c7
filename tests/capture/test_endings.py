"""A session is learnt from once, whichever way it ends."""

import json
from dataclasses import replace

import pytest

from featherchat.clock import FixedClock
from featherchat.commands import memories as verbs
from featherchat.errors import ProviderUnreachable
from featherchat.messages import Learned, TurnStatus
from featherchat.project import Project
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from featherchat.store.unlearnt import NOBODY
from tests.workshop import Workshop, living

pytestmark = pytest.mark.anyio

FOUND = "Sessions were lost because Memcached keeps nothing on disk."
NOTHING = '{"candidates": []}'
UNREACHABLE = ScriptedReply(error=ProviderUnreachable("No answer.", hint="Check it."))


def a_turn(turn_id: str, prompt: str = "", answer: str = "", session: str = "session") -> Turn:
    return Turn(
        turn_id,
        session,
        prompt or "Why are sessions lost when the cache restarts on the staging host?",
        1_790_000_000.0,
        answer=answer or "Because Memcached keeps nothing on disk, so a restart empties it.",
        status=TurnStatus.COMPLETE,
    )


def finding(sentence: str = FOUND, quote: str = "Memcached keeps nothing on disk") -> str:
    candidate = {
        "kind": "debugging",
        "sentence": sentence,
        "quote": quote,
        "importance": 5,
        "subject": "",
        "slot": "",
        "replaces": "",
        "links": [],
    }
    return json.dumps({"candidates": [candidate]})


async def store_turns(project: Project, *turns: Turn) -> None:
    for turn in turns:
        head = ChatSession(turn.session_id, "Why?", 1.0, 1.0)
        await project.memories.keep(lambda transcripts, head=head: transcripts.put_session(head))  # type: ignore[misc]
        await project.memories.keep(lambda transcripts, turn=turn: transcripts.put_turn(turn))  # type: ignore[misc]


async def leave(project: Project) -> None:
    """Make the marks look as a process leaves them that has died."""

    def disown(store: SqliteStore) -> None:
        database = store.database
        with database.transaction(raises_revision=False):
            database.execute(
                "UPDATE meta SET value = replace(value, substr(value, instr(value, ' ') + 1), ?)"
                " WHERE key LIKE 'unlearnt turn %'",
                (NOBODY,),
            )

    await project.memories.ask(disown)


async def picked_up(project: Project) -> list[Learned]:
    shown: list[Learned] = []
    project.pick_up_sessions(shown.append)
    await project.learning.settled()
    return shown


async def test_a_turn_that_was_learnt_from_is_not_asked_about_at_the_sessions_end(
    workshop: Workshop,
) -> None:
    provider = ScriptedProvider([finding()])
    async with workshop.open(provider) as project:
        await store_turns(project, a_turn("t1"))
        await project.learn_from(a_turn("t1"))

        learned = await project.finish_session("session")

    assert learned == Learned("")
    assert len(provider.requests) == 1


async def test_what_could_not_be_sent_is_learnt_at_the_sessions_end_in_one_call(
    workshop: Workshop,
) -> None:
    provider = ScriptedProvider([UNREACHABLE, UNREACHABLE, finding()])
    async with workshop.open(provider) as project:
        for turn in (a_turn("t1"), a_turn("t2", answer="It listens on port 11211 of localhost.")):
            await store_turns(project, turn)
            waiting = await project.learn_from(turn)
            assert waiting.notice == "Some turns wait to be learnt from: No answer."

        learned = await project.finish_session("session")
        again = await project.finish_session("session")

    assert [(each.text, each.source.turn_id) for each in learned.written] == [(FOUND, "t1")]
    assert again == Learned("")
    assert len(provider.requests) == 3


async def test_short_turns_are_asked_about_together_with_their_session(workshop: Workshop) -> None:
    short = a_turn("t1", "hm, B then?", "Fine, Redis it is.")
    provider = ScriptedProvider([NOTHING])
    async with workshop.open(provider) as project:
        await store_turns(project, short, a_turn("t2"))
        await project.learn_from(short)
        assert provider.requests == []

        await project.finish_session("session")

    (request,) = provider.requests
    assert request.messages[0].text.count("<exchange>") == 2


async def test_a_session_of_short_turns_alone_costs_no_call(workshop: Workshop) -> None:
    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        await store_turns(project, a_turn("t1", "Thanks!", "You are welcome."))

        assert await project.finish_session("session") == Learned("t1")


async def test_what_a_crash_left_is_picked_up_at_the_next_start(workshop: Workshop) -> None:
    said = a_turn("t1", "We decided to use Helm because the manifests drifted apart.")
    async with workshop.open(ScriptedProvider([])) as project:
        await store_turns(project, said, a_turn("t2", session="other"))
        await leave(project)

    provider = ScriptedProvider([NOTHING, finding()])
    async with workshop.open(provider) as project:
        (learned,) = await picked_up(project)
        known = list(await living(project))

    assert [each.text for each in learned.written] == [said.prompt, FOUND]
    assert sorted(known) == sorted([said.prompt, FOUND])
    assert len(provider.requests) == 2


async def test_picking_up_twice_learns_nothing_twice(workshop: Workshop) -> None:
    async with workshop.open(ScriptedProvider([finding()])) as project:
        await store_turns(project, a_turn("t1"))
        await project.learn_from(a_turn("t1"))
        # As if the process had died between the memory and its mark.
        await store_turns(project, a_turn("t1"))
        await leave(project)

    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        await picked_up(project)

        assert list(await living(project)) == [FOUND]
    assert provider.requests == []


async def test_what_was_undone_is_not_heard_again_at_the_sessions_end(workshop: Workshop) -> None:
    turn = a_turn("t1", "We decided to use Helm because the manifests drifted apart.")
    async with workshop.open(ScriptedProvider([UNREACHABLE, NOTHING])) as project:
        await store_turns(project, turn)
        await project.learn_from(turn)
        await verbs.undo(project, "t1")

        await project.finish_session("session")

        assert list(await living(project)) == []


async def test_a_turn_of_last_month_is_not_sent_any_more(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open(ScriptedProvider([])) as project:
        await store_turns(project, a_turn("t1"))
        await leave(project)
    clock.advance(days=30.0)

    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        await picked_up(project)
        again = await project.finish_session("session")

    assert provider.requests == []
    assert again == Learned("")


async def test_a_long_session_takes_several_calls(workshop: Workshop) -> None:
    provider = ScriptedProvider([NOTHING, NOTHING])
    long = [
        a_turn(f"t{number}", "Why does this fail? " * 200, "It does, see: " * 600)
        for number in range(6)
    ]
    async with workshop.open(provider) as project:
        await store_turns(project, *long)

        await project.finish_session("session")

    assert [request.messages[0].text.count("<exchange>") for request in provider.requests] == [3, 3]


async def test_leaving_stops_what_is_picked_up_and_it_stays_for_the_next_start(
    workshop: Workshop,
) -> None:
    async with workshop.open(ScriptedProvider([])) as project:
        await store_turns(project, a_turn("t1"))
        await leave(project)

    slow = ScriptedProvider([ScriptedReply((finding(),), delay=3_600.0)])
    async with workshop.open(slow) as project:
        project.pick_up_sessions()
        while not slow.requests:
            await project.memories.counts()
        await leave(project)

    async with workshop.open(ScriptedProvider([finding()])) as project:
        (learned,) = await picked_up(project)

    assert [each.text for each in learned.written] == [FOUND]


async def test_switched_off_learning_leaves_nothing_for_later(workshop: Workshop) -> None:
    settings = workshop.configure("[learn]\nconversations = false\n")
    async with workshop.open(ScriptedProvider([])) as project:
        await store_turns(project, a_turn("t1"))
        await project.learn_from(a_turn("t1"))
    settings.unlink()

    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        await project.finish_session("session")

    assert provider.requests == []


async def test_a_turn_without_a_model_is_done_once_its_statements_are_taken(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        turn = replace(a_turn("t1"), answer="Nothing is remembered about it.")
        await store_turns(project, turn)
        await project.learn_from(turn)

    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        await project.finish_session("session")

    assert provider.requests == []
