"""A change of embedder: killed, failing, overtaken, edited under; never half in force."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from featherchat.clock import FixedClock
from featherchat.embedders.base import EmbedderIdentity, Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.errors import EmbedderError, EmbedderMismatch, InvalidValue, StoreError
from featherchat.memory import Memory, Source
from featherchat.recall.meaning import embedded_text
from featherchat.recall.memories import Memories
from featherchat.recall.reindexing import Reindexed
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.store.halves import decode
from featherchat.store.reindexing import Standing
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix

pytestmark = pytest.mark.anyio

OLD = "hash@64v1"
NEW = "new@16v1"
COUNT = 23


class NewEmbedder(HashEmbedder):
    """Another embedder, of fewer dimensions, that notes what it embeds and can be stopped."""

    def __init__(self, name: str = "new", dimensions: int = 16, revision: int = 1) -> None:
        super().__init__(dimensions)
        self.identity = EmbedderIdentity(name, dimensions, revision, answer_threshold=0.3)
        self.embedded: list[str] = []
        self.before: Callable[[int], None] = lambda number: None

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """Counts the texts of memories, not the question whether it answers."""
        if texts != ["Does it answer?"]:
            self.before(len(self.embedded))
            self.embedded += texts
        return super().embed(texts, purpose)


@asynccontextmanager
async def opened(path: Path, clock: FixedClock, embedder: HashEmbedder) -> AsyncIterator[Memories]:
    memories = await Memories.open(path, path.parent / "cache", clock, embedder, 5.0)
    try:
        yield memories
    finally:
        await memories.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.feather"


@pytest.fixture
async def filled(path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause) -> Path:
    """A store of 23 memories with the vectors of the hash embedder."""
    async with opened(path, clock, HashEmbedder()) as memories:
        texts = [f"Memory number {number} about topic{number}." for number in range(COUNT)]
        await memories.remember([a_memory(text) for text in texts], a_cause())
        await memories.embed_pending()
    return path


def spaces(path: Path, table: str = "vectors") -> dict[str, int]:
    """How many vectors of each space there are."""
    store = SqliteStore.open(path, None, FixedClock())
    rows = store.database.rows(f"SELECT space, count(*) FROM {table} GROUP BY space")
    store.close()
    return {row[0]: row[1] for row in rows}


def assert_exact(path: Path, embedder: HashEmbedder) -> None:
    """Every living memory has a vector, and every vector is of what its memory says now."""
    store = SqliteStore.open(path, None, FixedClock())
    rows = store.database.rows(
        "SELECT m.id, v.seq, v.vector, v.hash FROM memories m, vectors v USING (seq)"
    )
    memories = {memory.id: memory for memory in store.find(Filter(statuses=()))}
    living = {memory.id for memory in store.find(Filter())}
    store.close()
    assert living <= {row[0] for row in rows}
    for memory_id, seq, blob, digest in rows:
        stored = decode(seq, blob, digest, embedder.identity.dimensions)
        (fresh,) = embedder.embed([embedded_text(memories[memory_id])], Purpose.DOCUMENT)
        assert np.allclose(stored, fresh, atol=1e-3)


def stop_at(number: int) -> Callable[[int], None]:
    def stop(embedded: int) -> None:
        if embedded >= number:
            raise EmbedderError("The embedder does not answer.", hint="Plug it in.")

    return stop


@pytest.mark.parametrize("stop", [0, 1, 4, 5, 17, 20])
async def test_a_run_that_fails_leaves_everything_and_the_next_embeds_only_the_rest(
    filled: Path, clock: FixedClock, stop: int
) -> None:
    failing, again = NewEmbedder(), NewEmbedder()
    failing.before = stop_at(stop)
    async with opened(filled, clock, failing) as memories:
        with pytest.raises(EmbedderError, match=r"of 23 memories .* stay in force") as caught:
            await memories.reindex()
    between = spaces(filled)

    async with opened(filled, clock, again) as memories:
        done = await memories.reindex()

    assert caught.value.hint == "Plug it in, then run featherchat reindex: it goes on from there."
    assert between == {OLD: COUNT}
    assert done == Reindexed(NEW, COUNT - len(failing.embedded), len(failing.embedded))
    assert sorted(failing.embedded + again.embedded) == sorted(
        set(failing.embedded + again.embedded)
    )
    assert spaces(filled) == {NEW: COUNT}
    assert spaces(filled, "vectors_next") == {}
    assert_exact(filled, HashEmbedder(16))


RUN = """
import asyncio, sys, time
from pathlib import Path
from featherchat.clock import SystemClock
from featherchat.embedders.base import EmbedderIdentity
from featherchat.embedders.hashing import HashEmbedder
from featherchat.recall.memories import Memories

class Slow(HashEmbedder):
    def __init__(self):
        super().__init__(16)
        self.identity = EmbedderIdentity("new", 16)

    def embed(self, texts, purpose):
        time.sleep(0.02)
        return super().embed(texts, purpose)

async def run():
    memories = await Memories.open(Path(sys.argv[1]), None, SystemClock(), Slow(), 5.0)
    await memories.reindex(lambda done, total: print(done, flush=True))

asyncio.run(run())
"""


@pytest.mark.parametrize("steps", [1, 3])
async def test_a_killed_run_goes_on_where_it_stopped(
    filled: Path, clock: FixedClock, steps: int
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, str(filled)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = [int(child.stdout.readline()) for _ in range(steps)]
    child.send_signal(signal.SIGKILL)
    said += [int(line) for line in child.stdout.read().split()]
    child.wait()
    between = spaces(filled)

    embedder = NewEmbedder()
    async with opened(filled, clock, embedder) as memories:
        done = await memories.reindex()

    assert between == {OLD: COUNT}
    assert said[-1] <= done.resumed < COUNT
    assert len(embedder.embedded) == done.embedded == COUNT - done.resumed
    assert spaces(filled) == {NEW: COUNT}
    assert_exact(filled, HashEmbedder(16))


async def test_words_and_the_old_embedder_work_until_the_change_is_done(
    filled: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    new = NewEmbedder()
    new.before = stop_at(8)
    late = a_memory("Said while topics changed.")
    async with opened(filled, clock, HashEmbedder()) as former, opened(filled, clock, new) as later:
        with pytest.raises(EmbedderError):
            await later.reindex()

        by_words = await Retriever(later, clock).recall("topic7")
        by_meaning = await Retriever(former, clock).recall("topic7")
        await former.remember([late], a_cause())
        new.before = lambda number: None
        done = await later.reindex()

        assert by_words.found[0].parts.cosine is None
        assert "reindex" in by_words.notice
        assert by_meaning.found[0].parts.cosine is not None
        assert by_meaning.notice == ""
        assert done == Reindexed(NEW, COUNT + 1 - 8, 8)
        overtaken = await Retriever(former, clock).recall("topic7")
        assert overtaken.found[0].parts.cosine is None
        assert f"made by {NEW}, but {OLD}" in former.notice
        with pytest.raises(EmbedderMismatch):
            await former.embed_pending()
        assert (await Retriever(later, clock).recall("topic7")).found[0].parts.cosine is not None
    assert_exact(filled, HashEmbedder(16))


async def test_what_is_stored_edited_or_forgotten_meanwhile_ends_up_right(
    filled: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    other = SqliteStore.open(filled, None, clock)
    before = other.find(Filter())
    steps: dict[int, Callable[[], object]] = {
        4: lambda: other.put([edited(other, before[-1].id)], a_cause()),
        8: lambda: other.put([edited(other, before[0].id)], a_cause()),
        12: lambda: other.forget([before[5].id, before[-2].id], a_cause()),
        16: lambda: other.put([a_memory("Said in the last moment.")], a_cause()),
        20: lambda: other.forget([before[6].id], a_cause(), hard=True),
    }
    embedder = NewEmbedder()
    embedder.before = lambda number: steps.pop(number, lambda: None)()

    async with opened(filled, clock, embedder) as memories:
        await memories.reindex()

    other.close()
    assert steps == {}
    assert sum(text.startswith("Edited") for text in embedder.embedded) == 2
    assert_exact(filled, HashEmbedder(16))


def edited(store: SqliteStore, memory_id: str) -> Memory:
    memory = store.get([memory_id])[memory_id]
    text = f"Edited while it was embedded, {memory.text}"
    return replace(memory, text=text, title=text)


@pytest.mark.parametrize(
    "third",
    [NewEmbedder("third"), NewEmbedder("new", 32), NewEmbedder("new", 16, revision=2)],
    ids=["name", "dimensions", "revision"],
)
async def test_a_third_embedder_begins_anew(
    filled: Path, clock: FixedClock, third: NewEmbedder
) -> None:
    second = NewEmbedder()
    second.before = stop_at(8)
    async with opened(filled, clock, second) as memories:
        with pytest.raises(EmbedderError):
            await memories.reindex()
    space = str(third.identity)

    async with opened(filled, clock, third) as memories:
        done = await memories.reindex()
        found = await Retriever(memories, clock).recall("topic7")

    assert done == Reindexed(space, COUNT)
    assert spaces(filled) == {space: COUNT}
    assert found.found[0].parts.cosine is not None


async def test_one_name_with_other_dimensions_is_another_embedder(
    filled: Path, clock: FixedClock
) -> None:
    wider = NewEmbedder("hash", 128)

    async with opened(filled, clock, wider) as memories:
        found = await Retriever(memories, clock).recall("topic7")

        assert "made by hash@64v1, but hash@128v1" in found.notice
        assert "configure hash@64v1 again" in found.notice
        assert found.found[0].parts.cosine is None


async def test_a_run_that_another_embedder_overtakes_stops_and_says_so(
    filled: Path, clock: FixedClock
) -> None:
    first, second = NewEmbedder(), NewEmbedder("second")
    other = SqliteStore.open(filled, None, clock)
    first.before = lambda number: other.reindexing.begin("second@16v1") and None
    async with opened(filled, clock, first) as memories:
        with pytest.raises(StoreError, match="second@16v1"):
            await memories.reindex()
    other.close()

    async with opened(filled, clock, second) as memories:
        await memories.reindex()

    assert spaces(filled) == {"second@16v1": COUNT}


async def test_of_two_runs_with_one_embedder_the_slower_one_is_done_with_the_other(
    filled: Path, clock: FixedClock
) -> None:
    first, second = NewEmbedder(), NewEmbedder()
    async with opened(filled, clock, first) as slow, opened(filled, clock, second) as quick:
        await slow.ask(lambda store: store.reindexing.begin(NEW))
        await quick.reindex()

        done = await slow.ask(lambda store: store.reindexing.finish(NEW))

    assert done
    assert spaces(filled) == {NEW: COUNT}


async def test_the_same_embedder_makes_every_vector_anew(filled: Path, clock: FixedClock) -> None:
    same = NewEmbedder("hash", 64)
    async with opened(filled, clock, same) as memories:
        retriever = Retriever(memories, clock)
        before = await retriever.recall("topic7")

        done = await memories.reindex()

        assert done == Reindexed(OLD, COUNT)
        assert await retriever.recall("topic7") == before
    assert_exact(filled, HashEmbedder())


async def test_a_store_that_never_had_a_vector_gets_them_all(
    path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory("Said before there was an embedder.")], a_cause())
    store.close()

    async with opened(path, clock, NewEmbedder()) as memories:
        nothing_under_way = await memories.ask(lambda store: store.reindexing.standing)
        done = await memories.reindex()

    assert nothing_under_way is None
    assert done == Reindexed(NEW, 1)


async def test_a_vector_without_a_text_is_not_given_up(
    filled: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with opened(filled, clock, NewEmbedder()) as memories:
        await memories.remember([a_memory("", source=Source("api", 0.0))], a_cause())

        with pytest.raises(InvalidValue, match="1 memories have a vector and no text"):
            await memories.reindex()

    assert spaces(filled) == {OLD: COUNT}


async def test_how_far_it_has_come_can_be_asked(filled: Path, clock: FixedClock) -> None:
    embedder = NewEmbedder()
    embedder.before = stop_at(8)
    seen: list[tuple[int, int]] = []
    async with opened(filled, clock, embedder) as memories:
        with pytest.raises(EmbedderError):
            await memories.reindex(lambda done, total: seen.append((done, total)))

        standing = await memories.ask(lambda store: store.reindexing.standing)

    assert standing == Standing(NEW, 8, COUNT - 8)
    assert seen == [(4, COUNT), (8, COUNT)]


async def test_a_question_that_a_change_overtakes_is_answered_by_words(
    filled: Path, clock: FixedClock
) -> None:
    # As wide as the new one, so that nothing but the space tells their vectors apart.
    former, new = NewEmbedder("hash", 64), NewEmbedder("new", 64)
    async with opened(filled, clock, new) as memories:
        new.before = stop_at(COUNT - 3)
        with pytest.raises(EmbedderError):
            await memories.reindex()
    new.before = lambda number: None
    other = SqliteStore.open(filled, None, clock)
    rest = other.reindexing.pending("new@64v1", COUNT)
    matrix = new.embed([memory.text for memory in rest], Purpose.DOCUMENT)
    other.reindexing.put(rest, matrix, "new@64v1")
    former.before = lambda number: other.reindexing.finish("new@64v1") and None

    async with opened(filled, clock, former) as memories:
        found = await Retriever(memories, clock).recall("topic7")

    other.close()
    assert spaces(filled) == {"new@64v1": COUNT}
    assert found.found[0].parts.cosine is None
