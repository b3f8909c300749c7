"""What is learnt from a finished turn, and what is not believed."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from featherchat.commands import memories as verbs
from featherchat.errors import ProviderUnreachable
from featherchat.memory import Status
from featherchat.messages import Learned, StopReason, TurnStatus
from featherchat.project import Project
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from featherchat.store.transcripts import Turn
from tests.workshop import ALL, Workshop, files_with

pytestmark = pytest.mark.anyio

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"

TURN = Turn(
    "turn",
    "session",
    "Why are sessions lost when the cache restarts on the staging host?",
    1.0,
    context="<recalled_memories>Sessions live in Redis with appendonly on.</recalled_memories>",
    answer="Because Memcached keeps nothing on disk, so a restart empties it.",
    status=TurnStatus.COMPLETE,
)


def sentence(**given: object) -> str:
    fields: dict[str, object] = {
        "worth_remembering": True,
        "kind": "debugging",
        "sentence": "Sessions were lost because Memcached keeps nothing on disk.",
        "quote": "Memcached keeps nothing on disk",
    }
    return json.dumps(fields | given)


async def learnt(
    workshop: Workshop, turn: Turn, script: Sequence[ScriptedReply | str] | None = None
) -> tuple[Learned, ScriptedProvider | None]:
    provider = None if script is None else ScriptedProvider(script)
    async with workshop.open(provider) as project:
        return await project.learn_from(turn), provider


async def test_explicit_statements_need_no_model(workshop: Workshop) -> None:
    turn = replace(TURN, prompt="We decided to use Helm because manifests drifted. Can you help?")

    learned, _ = await learnt(workshop, turn)

    (memory,) = learned.written
    assert memory.text == "We decided to use Helm because manifests drifted."
    assert (memory.kind, memory.status, memory.adr_status) == (
        "decision",
        Status.ACTIVE,
        "accepted",
    )
    assert (memory.source.author, memory.source.turn_id) == ("user", "turn")


async def test_without_statement_and_model_nothing_is_learnt(workshop: Workshop) -> None:
    learned, _ = await learnt(workshop, TURN)

    assert learned == Learned("turn")


async def test_a_model_gives_one_sentence_with_its_quote(workshop: Workshop) -> None:
    learned, provider = await learnt(workshop, TURN, [sentence()])

    (memory,) = learned.written
    assert memory.text == "Sessions were lost because Memcached keeps nothing on disk."
    assert memory.source.author == "assistant"
    assert memory.source.quote == "Memcached keeps nothing on disk"
    assert memory.trust == 0.9
    assert provider is not None
    (request,) = provider.requests
    assert request.schema is not None
    assert request.tools == ()
    assert TURN.context not in repr(request)


@pytest.mark.parametrize("kind", ["decision", "convention", "preference"])
async def test_what_binds_people_waits_for_a_persons_word(workshop: Workshop, kind: str) -> None:
    learned, _ = await learnt(workshop, TURN, [sentence(kind=kind)])

    (memory,) = learned.candidates
    assert learned.written == ()
    assert (memory.kind, memory.status, memory.trust) == (kind, Status.CANDIDATE, 0.7)
    if kind == "decision":
        assert (memory.adr_status, memory.importance) == ("proposed", 1.5)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sentence(quote="Redis keeps nothing on disk"), "does not occur"),
        (sentence(quote="disk"), "does not occur"),
        (sentence(quote=". . . . . . . . ."), "does not occur"),
        (sentence(quote="Sessions live in Redis with appendonly on"), "does not occur"),
        (sentence(kind="law"), "unknown kind"),
        (sentence(sentence="x" * 5_000), "characters"),
        (sentence(sentence=" "), "characters"),
        ("not JSON at all", "form"),
        ("[]", "form"),
        ('{"worth_remembering": true}', "form"),
    ],
)
async def test_what_does_not_hold_is_refused_with_the_reason(
    workshop: Workshop, answer: str, reason: str
) -> None:
    learned, _ = await learnt(workshop, TURN, [answer])

    assert (learned.written, learned.candidates) == ((), ())
    assert reason in learned.refused[0]


async def test_a_recalled_memory_that_the_answer_repeats_is_no_evidence(
    workshop: Workshop,
) -> None:
    turn = replace(TURN, answer="As recalled: Sessions live in Redis with appendonly on.")

    learned, _ = await learnt(
        workshop, turn, [sentence(quote="Sessions live in Redis with appendonly on")]
    )

    assert learned.written == ()
    assert "recalled" in learned.refused[0]


async def test_nothing_worth_remembering_is_no_refusal(workshop: Workshop) -> None:
    learned, _ = await learnt(workshop, TURN, [sentence(worth_remembering=False)])

    assert learned == Learned("turn")


async def test_a_trivial_exchange_is_not_sent(workshop: Workshop) -> None:
    turn = replace(TURN, prompt="Thanks a lot!", answer="You are welcome.")

    _, provider = await learnt(workshop, turn, [sentence()])

    assert provider is not None
    assert provider.requests == []


@pytest.mark.parametrize(
    "status", [TurnStatus.CUT, TurnStatus.CANCELLED, TurnStatus.FAILED, TurnStatus.REFUSED]
)
async def test_an_incomplete_turn_is_not_distilled(workshop: Workshop, status: TurnStatus) -> None:
    _, provider = await learnt(workshop, replace(TURN, status=status), [sentence()])

    assert provider is not None
    assert provider.requests == []


@pytest.mark.parametrize("status", [TurnStatus.CANCELLED, TurnStatus.FAILED, TurnStatus.REFUSED])
async def test_a_prompt_that_comes_back_to_be_sent_again_is_not_learnt_from(
    workshop: Workshop, status: TurnStatus
) -> None:
    turn = replace(TURN, prompt="We decided to use Helm here, right?", status=status)
    turn = replace(turn, prompt="We decided to use Helm here.")

    learned, _ = await learnt(workshop, turn)

    assert learned == Learned("turn")


@pytest.mark.parametrize(
    "reason", [StopReason.MAX_TOKENS, StopReason.REFUSAL, StopReason.OTHER, StopReason.PAUSE]
)
async def test_only_an_answer_that_ended_is_believed(
    workshop: Workshop, reason: StopReason
) -> None:
    learned, _ = await learnt(workshop, TURN, [ScriptedReply((sentence(),), stop_reason=reason)])

    assert (learned.written, learned.candidates) == ((), ())
    assert learned.refused


async def test_statements_are_kept_when_the_model_cannot_be_asked(workshop: Workshop) -> None:
    failing = ScriptedReply(error=ProviderUnreachable("No answer.", hint="Check it."))
    with pytest.raises(ProviderUnreachable):
        await learnt(workshop, TURN, [failing])

    async with workshop.open() as project:
        assert await project.memories.find(ALL) == []


async def test_what_is_known_is_not_learnt_twice(workshop: Workshop) -> None:
    await learnt(workshop, TURN, [sentence()])

    learned, _ = await learnt(workshop, replace(TURN, id="again"), [sentence()])

    assert learned.written == ()
    assert learned.refused[0].startswith("already known")


async def test_what_was_forgotten_is_not_distilled_again(workshop: Workshop) -> None:
    learned, _ = await learnt(workshop, TURN, [sentence()])
    async with workshop.open() as project:
        await verbs.forget(project, [learned.written[0].id], hard=False)

    again, _ = await learnt(workshop, TURN, [sentence()])

    assert again.written == ()
    assert again.refused == ("forgotten on request",)


async def test_the_writes_of_a_turn_are_undone_by_its_id(workshop: Workshop) -> None:
    await learnt(workshop, TURN, [sentence()])
    async with workshop.open() as project:
        await verbs.undo(project, "turn")

        assert await project.memories.find(ALL) == []


async def test_a_secret_in_an_exchange_is_not_learnt(workshop: Workshop) -> None:
    turn = replace(TURN, prompt=f"We decided to use the key {KEY} for staging.")

    learned, _ = await learnt(workshop, turn)

    assert len(learned.written) == 1
    assert files_with(workshop.home, KEY.encode()) == []


async def test_learning_can_be_switched_off(workshop: Workshop) -> None:
    workshop.configure("[learn]\nconversations = false\n")
    turn = replace(TURN, prompt="We decided to use Helm here.")

    learned, provider = await learnt(workshop, turn, [sentence()])

    assert learned == Learned("turn")
    assert provider is not None
    assert provider.requests == []


async def preferences(project: Project) -> list[str]:
    recall = await project.retriever.recall("Which functions do I prefer here, small ones?")
    return [each.memory.text for each in recall.found]


async def test_a_preference_is_recalled_for_its_developer_alone(workshop: Workshop) -> None:
    turn = replace(TURN, prompt="I prefer small functions with plain names.")
    workshop.git("config", "user.email", "ada@example.org")
    async with workshop.open() as project:
        (memory,) = (await project.learn_from(turn)).written
        await verbs.pin(project, memory.id, pinned=True)
        own = await preferences(project)
    workshop.git("config", "user.email", "bob@example.org")
    provider = ScriptedProvider(["Yes."])
    async with workshop.open(provider) as project:
        others = await preferences(project)
        session = await project.new_session()
        async for _ in session.send("Hello there?"):
            pass

    assert own == ["I prefer small functions with plain names."]
    assert others == []
    assert "small functions" not in repr(provider.requests)
