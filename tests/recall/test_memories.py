"""The write door: the words first, the vectors when they come, the counts in batches."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from featherchat.clock import FixedClock
from featherchat.embedders.base import Embedder, EmbedderIdentity, Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.errors import ConfigError, EmbedderError, EmbedderMismatch, StoreTooNew
from featherchat.memory import Memory
from featherchat.recall.meaning import RETRY_AFTER
from featherchat.recall.memories import Memories
from featherchat.recall.reindexing import Reindexed
from featherchat.recall.vectors import EMBED_AT_ONCE
from featherchat.store.database import Database, open_database
from tests.conftest import MakeCause, MakeMemory

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix

pytestmark = pytest.mark.anyio


class ShakyEmbedder(HashEmbedder):
    """The hash embedder with a plug that can be pulled."""

    plugged = True

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        if not self.plugged:
            raise EmbedderError("The embedder does not answer.", hint="Plug it in.")
        return super().embed(texts, purpose)


class OtherEmbedder(HashEmbedder):
    """The same vectors under another name."""

    def __init__(self) -> None:
        super().__init__()
        self.identity = EmbedderIdentity("other", 64, answer_threshold=0.3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def shaky() -> ShakyEmbedder:
    return ShakyEmbedder()


@asynccontextmanager
async def opened(
    folder: Path, clock: FixedClock, embedder: Embedder | None, busy_timeout: float = 5.0
) -> AsyncIterator[Memories]:
    memories = await Memories.open(
        folder / "memory.feather", folder / "cache", clock, embedder, busy_timeout
    )
    try:
        yield memories
    finally:
        await memories.close()


def several(a_memory: MakeMemory, count: int) -> list[Memory]:
    return [a_memory(f"Memory number {number} of many.") for number in range(count)]


async def pending(memories: Memories) -> int:
    return (await memories.counts()).pending


async def test_a_few_memories_have_their_meaning_when_the_write_returns(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with opened(folder, clock, HashEmbedder()) as memories:
        await memories.remember(several(a_memory, EMBED_AT_ONCE), a_cause())

        assert await pending(memories) == 0


async def test_many_memories_get_their_meaning_later(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with opened(folder, clock, HashEmbedder()) as memories:
        await memories.remember(several(a_memory, EMBED_AT_ONCE + 1), a_cause())
        seen: list[tuple[int, int]] = []

        before = await pending(memories)
        embedded = await memories.embed_pending(lambda done, total: seen.append((done, total)))

        assert (before, embedded, await pending(memories)) == (9, 9, 0)
        assert seen[-1] == (9, 9)


async def test_an_embedder_that_fails_costs_no_text_and_is_asked_again(
    folder: Path,
    clock: FixedClock,
    shaky: ShakyEmbedder,
    a_memory: MakeMemory,
    a_cause: MakeCause,
) -> None:
    async with opened(folder, clock, shaky) as memories:
        shaky.plugged = False
        first = a_memory("Said while the embedder was down.")
        await memories.remember([first], a_cause())
        waiting, notice = await pending(memories), memories.notice
        shaky.plugged = True
        too_early = await memories.embed_question("embedder")
        clock.advance(seconds=RETRY_AFTER)

        await memories.remember([a_memory("Said when it was back.")], a_cause())

        assert waiting == 1
        assert "does not answer" in notice
        assert "Plug it in" in notice
        assert too_early is None
        assert await pending(memories) == 0
        assert memories.notice == ""


async def test_a_question_after_a_pause_asks_the_embedder_again(
    folder: Path, clock: FixedClock, shaky: ShakyEmbedder
) -> None:
    async with opened(folder, clock, shaky) as memories:
        shaky.plugged = False
        assert await memories.embed_question("down") is None
        shaky.plugged = True
        clock.advance(seconds=RETRY_AFTER)

        assert await memories.embed_question("up") is not None
        assert memories.notice == ""


async def test_without_an_embedder_words_carry_the_search_and_it_is_said(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with opened(folder, clock, None) as memories:
        await memories.remember([a_memory("Words only.")], a_cause())

        assert await memories.embed_question("words") is None
        assert "by words" in memories.notice
        with pytest.raises(ConfigError, match="No embedder"):
            await memories.reindex()


async def test_another_embedder_is_an_error_whose_hint_works(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with opened(folder, clock, HashEmbedder()) as memories:
        await memories.remember([a_memory("Made by the hash embedder.")], a_cause())

    async with opened(folder, clock, OtherEmbedder()) as memories:
        notice = memories.notice
        question = await memories.embed_question("hash")
        await memories.remember([a_memory("Waits for its meaning.")], a_cause())
        with pytest.raises(EmbedderMismatch, match=r"hash@64v1.*other@64v1"):
            await memories.embed_pending()

        again = await memories.reindex()

        assert "featherchat reindex" in notice
        assert question is None
        assert again == Reindexed("other@64v1", 2)
        assert memories.notice == ""
        assert await memories.embed_question("hash") is not None


async def test_a_reindex_that_cannot_begin_leaves_the_vectors(
    folder: Path,
    clock: FixedClock,
    shaky: ShakyEmbedder,
    a_memory: MakeMemory,
    a_cause: MakeCause,
) -> None:
    async with opened(folder, clock, shaky) as memories:
        await memories.remember([a_memory("Has a vector.")], a_cause())
        shaky.plugged = False

        with pytest.raises(EmbedderError):
            await memories.reindex()

        assert await pending(memories) == 0


async def test_a_store_that_was_embedded_anew_meanwhile_is_noticed(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    async with (
        opened(folder, clock, HashEmbedder()) as first,
        opened(folder, clock, OtherEmbedder()) as second,
    ):
        await first.remember([a_memory("One.")], a_cause())
        await second.reindex()

        question = await first.embed_question("one")
        await first.remember([a_memory("Two.")], a_cause())

        assert question is None
        assert "reindex" in first.notice
        assert await pending(second) == 1


async def test_recalls_are_counted_in_batches_and_at_close(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Recalled often.")
    async with opened(folder, clock, None) as memories:
        await memories.remember([memory], a_cause())
        for _ in range(3):
            memories.reinforce([memory.id])
        at_once = (await memories.get([memory.id]))[memory.id].recall_count

    async with opened(folder, clock, None) as memories:
        later = (await memories.get([memory.id]))[memory.id]

    assert at_once == 0
    assert (later.recall_count, later.recalled_at) == (3, clock.now())


async def test_a_count_that_cannot_be_written_does_not_fail_the_close(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Recalled once.")
    memories = await Memories.open(folder / "memory.feather", None, clock, None, 0.05)
    await memories.remember([memory], a_cause())
    memories.reinforce([memory.id])
    other = open_database(memories.path)

    with other.transaction():
        await memories.close()

    other.close()
    async with opened(folder, clock, None) as again:
        assert (await again.get([memory.id]))[memory.id].recall_count == 0


async def test_a_newer_store_can_be_opened_and_closed_after_a_recall(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("From the future.")
    async with opened(folder, clock, None) as memories:
        await memories.remember([memory], a_cause())
        await memories.ask(lambda store: set_version(store.database, 99))

    async with opened(folder, clock, HashEmbedder()) as memories:
        memories.reinforce([memory.id])

        assert memory.id in await memories.get([memory.id])
        with pytest.raises(StoreTooNew):
            await memories.remember([a_memory("Not now.")], a_cause())


def set_version(database: Database, version: int) -> None:
    with database.transaction():
        database.execute(f"PRAGMA user_version = {version}")


async def test_listeners_hear_of_each_write(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    heard: list[str] = []
    async with opened(folder, clock, None) as memories:
        memories.on_change(lambda: heard.append("change"))
        memory = a_memory("One.")

        await memories.remember([memory], a_cause())
        await memories.forget([memory.id], a_cause())
        await memories.undo(a_cause())

    assert heard == ["change"] * 3


async def test_a_write_survives_the_cancellation_of_its_embedding(
    folder: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow(HashEmbedder):
        def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
            loop.call_soon_threadsafe(started.set)
            return super().embed(texts, purpose)

    memory = a_memory("On the disk already.")
    async with opened(folder, clock, Slow()) as memories:
        task = asyncio.create_task(memories.remember([memory], a_cause()))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert memory.id in await memories.get([memory.id])
        await memories.embed_pending()
        assert await pending(memories) == 0
