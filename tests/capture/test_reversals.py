"""What a person takes back is closed if it is plain which statement that is, and only then."""

import pytest

from featherchat.commands import memories as verbs
from featherchat.memory import Memory, Status
from featherchat.messages import Learned, TurnStatus
from featherchat.project import Project
from featherchat.store.transcripts import Turn
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

ARQ = "Let's go with arq for the background jobs, celery drags in too much."
REDIS = "We decided to use Redis for sessions because it is fast."


async def said(project: Project, *prompts: str) -> list[Learned]:
    turns = [
        Turn(f"turn-{number}", "session", prompt, 1.0, status=TurnStatus.COMPLETE)
        for number, prompt in enumerate(prompts)
    ]
    return [await project.learn_from(turn) for turn in turns]


async def now(project: Project, memory: Memory) -> Memory:
    return (await project.memories.get([memory.id]))[memory.id]


@pytest.mark.parametrize(
    ("known", "said_now"),
    [
        (
            ARQ,
            "We're moving the background jobs to procrastinate instead of arq, it needs no redis.",
        ),
        (REDIS, "ok, we've decided on Valkey for sessions rather than Redis, the licence changed."),
        (
            "After the outage we agreed to cap retries at 3 with jitter.",
            "We no longer cap retries at 3, it's 5 from now on.",
        ),
        (
            "For the public API we're going with REST and cursor pagination, no GraphQL.",
            "We changed our mind on the API: it takes an offset instead of cursor pagination.",
        ),
    ],
)
async def test_what_is_plainly_taken_back_is_superseded_and_linked(
    workshop: Workshop, known: str, said_now: str
) -> None:
    async with workshop.open() as project:
        first, second = await said(project, known, said_now)

        old = await now(project, first.written[0])
        edges = await project.memories.edges_of([old.id])

    (new,) = second.written
    assert (old.status, old.valid_to is not None) == (Status.SUPERSEDED, True)
    assert (new.id, old.id, "supersedes") in {edge.key for edge in edges}


async def test_of_what_is_taken_back_in_other_words_a_person_is_asked(workshop: Workshop) -> None:
    known = "We'll use restic for backups, to the bucket. Borg needs a server on the other side."
    said_now = "Change of plan: we're going with borg after all instead of restic, the host has it."
    async with workshop.open() as project:
        first, second = await said(project, known, said_now)

        kept = await now(project, first.written[0])

    assert kept.status is Status.ACTIVE
    assert [each.old.id for each in second.reviews] == [kept.id]


async def test_a_person_is_asked_when_they_take_what_they_rejected(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first, again, second = await said(
            project,
            "We rejected MongoDB for the ledger.",
            "As I said, we ruled out MongoDB for the ledger of the office.",
            "We decided to use MongoDB for the ledger after all.",
        )

    assert again.reviews == ()
    assert first.written[0].id in {each.old.id for each in second.reviews}
    assert {each.reason for each in second.reviews} == {"MongoDB was rejected"}


@pytest.mark.parametrize(
    ("known", "said_now"),
    [
        ("We rejected MongoDB for the ledger.", "We decided to use SQLite instead of MongoDB."),
        (REDIS, "We've decided to use Memcached instead of Redis for rate limits."),
        (REDIS, "We decided to use a dict instead of Redis for sessions in the test suite."),
    ],
)
async def test_another_matter_is_not_asked_about(
    workshop: Workshop, known: str, said_now: str
) -> None:
    async with workshop.open() as project:
        _, second = await said(project, known, said_now)

    assert second.reviews == ()


@pytest.mark.parametrize(
    ("known", "said_now"),
    [
        # What was turned down is not what was chosen.
        (ARQ, "We've decided to run the background jobs on procrastinate instead of celery."),
        # Another topic, another place.
        (REDIS, "We've decided to use Memcached instead of Redis for rate limits."),
        (REDIS, "We decided to use a dict instead of Redis for sessions in the test suite."),
        # No cue.
        (REDIS, "We decided to use Redis for the queue of exports."),
        (REDIS, "We no longer get the session errors with Redis, and decided to keep it."),
    ],
)
async def test_what_is_not_plainly_taken_back_stays(
    workshop: Workshop, known: str, said_now: str
) -> None:
    async with workshop.open() as project:
        first, _ = await said(project, known, said_now)

        assert (await now(project, first.written[0])).status is Status.ACTIVE


async def test_of_two_statements_that_may_be_meant_none_is_closed(workshop: Workshop) -> None:
    async with workshop.open() as project:
        *both, _ = await said(
            project,
            "We decided to use Redis for sessions of the web shop.",
            "We decided to use Redis for sessions of the office.",
            "We've decided to use Valkey for sessions instead of Redis.",
        )

        found = [(await now(project, each.written[0])).status for each in both]

    assert found == [Status.ACTIVE, Status.ACTIVE]


async def test_what_is_pinned_is_not_closed(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (first,) = await said(project, REDIS)
        await verbs.pin(project, first.written[0].id, pinned=True)
        await said(project, "We've decided to use Valkey for sessions instead of Redis.")

        assert (await now(project, first.written[0])).status is Status.ACTIVE


async def test_what_another_developer_said_is_not_closed(workshop: Workshop) -> None:
    workshop.git("config", "user.email", "ada@example.org")
    async with workshop.open() as project:
        (first,) = await said(project, REDIS)
    workshop.git("config", "user.email", "bob@example.org")
    async with workshop.open() as project:
        await said(project, "We've decided to use Valkey for sessions instead of Redis.")

        assert (await now(project, first.written[0])).status is Status.ACTIVE


async def test_undoing_the_reversal_brings_the_old_one_back(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first, _ = await said(
            project, REDIS, "We've decided to use Valkey for sessions instead of Redis."
        )
        await verbs.undo(project, "turn-1")

        assert (await now(project, first.written[0])).status is Status.ACTIVE
