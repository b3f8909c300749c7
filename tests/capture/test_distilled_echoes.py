"""What a turn repeats: a model's echo is not learnt again, a person's word always counts."""

import json
from dataclasses import replace

import pytest

from featherchat.commands import memories as verbs
from featherchat.memory import Status
from featherchat.messages import TurnStatus
from featherchat.providers.scripted import ScriptedProvider
from featherchat.store.transcripts import Turn
from tests.workshop import Workshop, living

pytestmark = pytest.mark.anyio

KNOWN = "Sessions were lost because Memcached keeps nothing on disk."
ECHO = "Because Memcached keeps nothing on disk, sessions were lost."
TURN = Turn(
    "turn",
    "session",
    "Why are sessions lost when the cache restarts on the staging host?",
    1.0,
    answer="Because Memcached keeps nothing on disk, so a restart empties it.",
    status=TurnStatus.COMPLETE,
)


def distilled(sentence: str, kind: str = "debugging") -> ScriptedProvider:
    answer = {
        "kind": kind,
        "sentence": sentence,
        "quote": "Memcached keeps nothing on disk",
        "importance": 5,
        "subject": "",
        "slot": "",
        "replaces": "",
        "links": [],
    }
    return ScriptedProvider([json.dumps({"candidates": [answer]})])


async def test_a_models_echo_of_what_is_known_is_refused_with_its_likeness(
    workshop: Workshop,
) -> None:
    async with workshop.open(distilled(ECHO)) as project:
        (known,) = (await verbs.remember(project, KNOWN, kind="debugging")).stored

        learned = await project.learn_from(TURN)

        assert learned.refused == (f"similar to {known.id} (1.00)",)
        assert list(await living(project)) == [KNOWN]


async def test_a_model_that_says_the_same_is_noted_as_a_source(workshop: Workshop) -> None:
    async with workshop.open(distilled(KNOWN)) as project:
        (known,) = (await verbs.remember(project, KNOWN, kind="debugging")).stored

        learned = await project.learn_from(TURN)

        (memory,) = (await living(project)).values()
        assert learned.refused == (f"already known: {known.id}",)
        assert [(each.author, each.turn_id) for each in memory.sources] == [("assistant", "turn")]


async def test_a_person_who_says_what_a_model_guessed_confirms_it(workshop: Workshop) -> None:
    async with workshop.open(distilled("We deploy with Helm.", kind="decision")) as project:
        (guess,) = (await project.learn_from(TURN)).candidates

        await verbs.remember(project, "We deploy with Helm.", kind="decision")

        (memory,) = (await living(project)).values()
        assert (memory.id, memory.status, memory.trust) == (guess.id, Status.ACTIVE, 1.0)
        assert memory.adr_status == "accepted"


async def test_what_a_person_says_is_written_and_marked_as_near(workshop: Workshop) -> None:
    said = replace(TURN, prompt="We decided to use Helm because the manifests drifted apart.")
    async with workshop.open() as project:
        reordered = "Because the manifests drifted apart, we decided to use Helm."
        (known,) = (await verbs.remember(project, reordered, kind="decision")).stored

        learned = await project.learn_from(said)

        assert [memory.text for memory in learned.written] == [said.prompt]
        assert [near.memory.id for near in learned.alike] == [known.id]
