"""What a new memory replaces, and what it only puts in question."""

from dataclasses import replace

import pytest

from featherchat.capture.contradictions import Found, contradictions, sweep
from featherchat.capture.judging import Relation
from featherchat.memory import AdrStatus, Memory, Source, Status, as_superseded
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.workshop import Workshop

ACCEPTED = {"adr_status": AdrStatus.ACCEPTED.value}
ADA = {"developer": "ada@example.org", "attributes": ACCEPTED}


def found_in(
    store: SqliteStore,
    a_cause: MakeCause,
    new: Memory,
    *known: Memory,
    asked: tuple[Memory, ...] = (),
) -> Found:
    store.put(known, a_cause())
    return contradictions(store, new, asked)


def test_the_same_person_may_replace_what_they_said(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("The pool size is 20.", **ADA)
    new = a_memory("The pool size is 50.", **ADA)

    found = found_in(store, a_cause, new, old)

    assert [(each.old.id, each.reason) for each in found.replaced] == [
        (old.id, "pool size: 20 before, 50 now")
    ]
    assert found.questioned == ()


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, {"source": Source("assistant", NOW)}),
        ({}, {"source": Source("mcp:editor", NOW)}),
        ({}, {"source": Source("document", NOW, path="README.md")}),
        ({}, {"developer": "bob@example.org"}),
        ({}, {"attributes": {"adr_status": AdrStatus.PROPOSED.value}}),
        ({}, {"status": Status.CANDIDATE}),
        ({"pinned": True}, {}),
        ({"source": Source("document", NOW, path="docs/adr/0007.md")}, {}),
        ({"source": Source("assistant", NOW), "sources": (Source("user", NOW),)}, {"source": Source("assistant", NOW)}),
    ],
)  # fmt: skip
def test_whose_word_does_not_suffice_only_asks(
    store: SqliteStore,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    known: dict[str, object],
    said: dict[str, object],
) -> None:
    old = a_memory("The pool size is 20.", **(ADA | known))
    new = a_memory("The pool size is 50.", **(ADA | said))

    found = found_in(store, a_cause, new, old)

    assert found.replaced == ()
    assert [each.old.id for each in found.questioned] == [old.id]


def test_a_person_may_replace_what_a_model_said(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("The pool size is 20.", kind="stack", source=Source("assistant", NOW))
    new = a_memory("The pool size is 50.", kind="stack", developer="ada@example.org")

    found = found_in(store, a_cause, new, old)

    assert [each.old.id for each in found.replaced] == [old.id]


def test_what_a_document_says_gives_way_to_what_names_it(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    record = Source("document", NOW, path="docs/adr/0007-redis.md")
    old = a_memory("Redis keeps sessions.", source=record, attributes=ACCEPTED | {"number": 7})
    new = a_memory("Sessions live in Postgres, which supersedes ADR-7.", **ADA)

    found = found_in(store, a_cause, new, old, asked=(old,))

    assert [each.old.id for each in found.replaced] == [old.id]


def test_a_cue_that_may_mean_two_things_asks(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    first = a_memory("Use Redis for sessions.", **ADA)
    second = a_memory("Use Redis for rate limits.", **ADA)
    new = a_memory("We moved away from Redis.", **ADA)

    found = found_in(store, a_cause, new, first, second)

    assert found.replaced == ()
    assert {each.old.id for each in found.questioned} == {first.id, second.id}


def test_what_was_tried_and_fixed_stays_true(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("The pool size is 20.", kind="bug_fix", developer="ada@example.org")
    new = a_memory("The pool size is 50.", **ADA)

    assert found_in(store, a_cause, new, old) == Found()


def test_preferences_of_two_people_never_meet(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    old = a_memory("The line length is 100.", kind="preference", developer="bob@example.org")
    new = a_memory("The line length is 80.", kind="preference", developer="ada@example.org")

    assert found_in(store, a_cause, new, old) == Found()


def test_what_is_superseded_keeps_its_words_and_gets_its_end(a_memory: MakeMemory) -> None:
    old = a_memory("The pool size is 20.", **ADA)

    closed = as_superseded(old, NOW + 60)

    assert closed == replace(
        old,
        status=Status.SUPERSEDED,
        valid_to=NOW + 60,
        attributes={"adr_status": "superseded"},
    )


@pytest.mark.anyio
async def test_a_sweep_names_what_a_new_decision_contradicts_repeats_and_was_rejected(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    redis = a_memory("Use Redis for sessions", attributes=ACCEPTED)
    kafka = a_memory("Use Kafka for events", attributes=ACCEPTED)
    rabbit = a_memory("Rejected: RabbitMQ. It loses order.", kind="alternative")
    proposed = a_memory("Use Vitest for tests", attributes={"adr_status": "proposed"})

    async with workshop.open() as project:
        memories, retriever = project.memories, project.retriever
        await memories.remember([redis, kafka, rabbit, proposed], a_cause())
        other = await sweep(memories, retriever, "Use Memcached for sessions")
        dropped = await sweep(memories, retriever, "Use Memcached instead of Redis for sessions")
        rejected = await sweep(memories, retriever, "Use RabbitMQ for jobs")
        again = await sweep(memories, retriever, "Use Kafka for events.")
        unbound = await sweep(memories, retriever, "Use Jest for tests")

    assert [(each.verdict, each.memory.id) for each in other] == [(Relation.CONTRADICTS, redis.id)]
    assert [(each.verdict, each.memory.id) for each in dropped] == [(Relation.SUPERSEDES, redis.id)]
    assert [(each.verdict, each.reason) for each in rejected] == [
        (Relation.CONTRADICTS, "RabbitMQ was rejected")
    ]
    assert [(each.verdict, each.memory.id) for each in again] == [(Relation.DUPLICATE, kafka.id)]
    assert unbound == ()


@pytest.mark.anyio
async def test_a_sweep_knows_what_a_sentence_has_rejected(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    against = a_memory("We rejected MongoDB for the ledger as it has no audit trail.", **ADA)
    async with workshop.open() as project:
        await project.memories.remember([against], a_cause())

        (found,) = await sweep(project.memories, project.retriever, "Use MongoDB for the ledger")
        other = await sweep(project.memories, project.retriever, "Use Tokyo for the ledger")

    assert (found.memory.id, found.verdict, found.reason) == (
        against.id,
        Relation.CONTRADICTS,
        "MongoDB was rejected",
    )
    assert other == ()


@pytest.mark.anyio
async def test_a_sweep_shows_three_at_most_and_knows_nothing_of_other_kinds(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    stores = ("Redis", "Memcached", "Valkey", "Dragonfly")
    known = [a_memory(f"Use {name} for sessions.", attributes=ACCEPTED) for name in stores]
    talk = a_memory("Use Garnet for sessions.", kind="conversation")

    async with workshop.open() as project:
        await project.memories.remember([*known, talk], a_cause())
        found = await sweep(project.memories, project.retriever, "Use KeyDB for sessions")

    assert len(found) == 3
    assert talk.id not in {each.memory.id for each in found}
