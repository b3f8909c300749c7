"""What says nearly the same is named with its score, and nothing is merged."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from featherchat.clock import FixedClock
from featherchat.embedders.base import Embedder, EmbedderIdentity, Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.local import LocalEmbedder
from featherchat.recall.memories import Memories
from featherchat.recall.vectors import EMBED_AT_ONCE, MOST_ALIKE
from featherchat.recollection import Filter
from tests.conftest import MakeCause, MakeMemory

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix

pytestmark = pytest.mark.anyio

TEXT = "Sessions live in Redis because it survives a restart of the host."
REORDERED = "Because it survives a restart of the host, sessions live in Redis."


class CountingEmbedder(HashEmbedder):
    """The hash embedder, which counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.identity = EmbedderIdentity("hash", 64, answer_threshold=0.3, alike_threshold=0.9)
        self.calls = 0

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        self.calls += 1
        return super().embed(texts, purpose)


@asynccontextmanager
async def opened(tmp_path: Path, embedder: Embedder | None) -> AsyncIterator[Memories]:
    path = tmp_path / "memory.feather"
    memories = await Memories.open(path, None, FixedClock(), embedder, 5.0)
    try:
        yield memories
    finally:
        await memories.close()


@pytest.mark.parametrize("embedder", [CountingEmbedder(), None], ids=["meaning", "words"])
async def test_a_near_duplicate_is_stored_and_named(
    tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause, embedder: Embedder | None
) -> None:
    first, second = a_memory(TEXT), a_memory(REORDERED)
    async with opened(tmp_path, embedder) as memories:
        alone = await memories.remember([first], a_cause(), compare=True)

        written = await memories.remember([second], a_cause(), compare=True)

        assert alone.alike == {}
        assert written.stored == (second,)
        (near,) = written.alike[second.id]
        assert near.memory == first
        assert near.score == pytest.approx(1.0, abs=1e-3)
        assert len(await memories.find(Filter())) == 2


@pytest.mark.parametrize("embedder", [CountingEmbedder(), None], ids=["meaning", "words"])
@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Retries wait 5 seconds at most here.", "Retries wait 8 seconds at most here."),
        ("Python 8.1 runs the whole test suite.", "Python 8.2 runs the whole test suite."),
        ("We do mock the clock in all our tests.", "We do not mock the clock in all our tests."),
        ("The pool is closed by getUser at last.", "The pool is closed by getuser at last."),
    ],
)
async def test_another_number_negation_or_identifier_is_not_named(
    tmp_path: Path,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    embedder: Embedder | None,
    known: str,
    said: str,
) -> None:
    async with opened(tmp_path, embedder) as memories:
        await memories.remember([a_memory(known)], a_cause())

        written = await memories.remember([a_memory(said)], a_cause(), compare=True)

        assert len(written.stored) == 1
        assert written.alike == {}


async def test_other_layers_namespaces_people_and_the_retired_are_not_named(
    tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    retired = a_memory(TEXT)
    async with opened(tmp_path, CountingEmbedder()) as memories:
        others = [
            a_memory(TEXT, kind="convention"),
            a_memory(TEXT, namespace="another"),
            a_memory(TEXT, kind="preference", developer="bob@example.org"),
            retired,
        ]
        await memories.remember(others, a_cause())
        await memories.forget([retired.id], a_cause())

        decision = await memories.remember([a_memory(REORDERED)], a_cause(), compare=True)
        mine = a_memory(REORDERED, kind="preference", developer="ada@example.org")
        preference = await memories.remember([mine], a_cause(), compare=True)

        assert (decision.alike, preference.alike) == ({}, {})


async def test_what_is_written_at_once_is_not_named_and_no_more_than_three_are(
    tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    words = "sessions live in Redis because it survives restarts".split()
    turned = [a_memory(" ".join(words[turn:] + words[:turn])) for turn in range(EMBED_AT_ONCE)]
    async with opened(tmp_path, CountingEmbedder()) as memories:
        at_once = await memories.remember(turned[:2], a_cause(), compare=True)
        for memory in turned[2:-1]:
            await memories.remember([memory], a_cause())

        last = await memories.remember(turned[-1:], a_cause(), compare=True)

        assert at_once.alike == {}
        assert [len(near) for near in last.alike.values()] == [MOST_ALIKE]


async def test_learning_in_bulk_compares_nothing(
    tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    embedder = CountingEmbedder()
    words = "sessions live in Redis because it survives a restart".split()
    turned = [a_memory(" ".join(words[turn:] + words[:turn])) for turn in range(EMBED_AT_ONCE + 1)]
    async with opened(tmp_path, embedder) as memories:
        written = await memories.remember(turned, a_cause(), compare=True)

        assert len(written.stored) == EMBED_AT_ONCE + 1
        assert (written.alike, embedder.calls) == ({}, 0)


async def test_a_paraphrase_is_near_and_another_decision_is_not(
    tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    known = a_memory("We use PostgreSQL for every service.")
    async with opened(tmp_path, LocalEmbedder()) as memories:
        await memories.remember([known], a_cause())

        near = await memories.near_duplicates(a_memory("Every service uses PostgreSQL."))
        far = await memories.near_duplicates(a_memory("We use MySQL for every service."))
        numbered = await memories.near_duplicates(
            a_memory("We use PostgreSQL 15 for every service.")
        )

        assert [each.memory.id for each in near] == [known.id]
        assert 0.93 <= near[0].score < 1.0
        assert (far, numbered) == ((), ())
