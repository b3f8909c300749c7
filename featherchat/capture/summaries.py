"""One sentence about the task under way, by the background model, when its saves have paused.

It leads the memory of the task until the next save changes what it is about, or a commit takes
the memory over. Nothing waits for it: saves are recorded as fast as without it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from featherchat.capture.affording import afford
from featherchat.capture.budget import Budget
from featherchat.capture.saves import Saves
from featherchat.capture.task_words import differences_of, request_about, sentence_of
from featherchat.capture.uncommitted import SUMMARY, summarized
from featherchat.clock import Clock
from featherchat.code.repository import Repository
from featherchat.errors import EmbedderError, FeatherchatError
from featherchat.memory import Author, Kind, Memory, Status
from featherchat.messages import Learned
from featherchat.providers.base import Provider
from featherchat.recall.memories import Memories
from featherchat.settings import LearnSettings
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

QUIET = 60.0
"""Seconds without a save after which a task is worth a call."""

SHARE = 0.5
"""Of the day's tokens: the rest is for conversations, which nobody counts from the files."""

ANSWER_TOKENS = 60
"""What a sentence is taken to cost before it is asked for."""

Model = Callable[[], tuple[Provider | None, str]]
"""The model of the moment; it may be chosen, or get its key, while the project is open."""

Wait = Callable[[float], Awaitable[None]]


class Summaries:
    """Records saves, and sums up what they come to; for one consumer."""

    def __init__(
        self,
        saves: Saves,
        memories: Memories,
        repository: Repository,
        clock: Clock,
        settings: LearnSettings,
        model: Model,
        tell: Callable[[str], None],
        wait: Wait = asyncio.sleep,
    ) -> None:
        self._saves = saves
        self._memories = memories
        self._repository = repository
        self._clock = clock
        self._model = model
        self._tell = tell
        self._wait = wait
        policy = settings.policy.get(Kind.CODE_CHANGE, "auto")
        self._wanted = settings.conversations and policy == "auto"
        self._budget = Budget(memories, clock, settings.daily_tokens)
        self._due: float | None = None
        self._running: asyncio.Task[None] | None = None
        self._asked: Memory | None = None
        self._told = ""

    async def saved(self, paths: Sequence[str]) -> Learned | None:
        """Record what was saved, as ``Saves.saved`` does; a sentence follows when it is quiet."""
        learned = await self._saves.saved(paths)
        waits = self._running is not None and not self._running.done()
        # Also when nothing was new: an earlier run, or a reason given by hand, may have stored
        # the task before, and a model that failed may answer now.
        if self._wanted and (learned is not None or not waits):
            self._due = self._clock.now() + QUIET
            if not waits:
                self._running = asyncio.create_task(self._when_quiet())
        return learned

    async def settled(self) -> None:
        """Wait until what was saved has been summed up."""
        if self._running is not None:
            await asyncio.wait([self._running])

    async def close(self) -> None:
        """Stop; what has no sentence gets one at the next start."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _when_quiet(self) -> None:
        while self._due is not None:
            left = self._due - self._clock.now()
            if left > 0:
                # No longer than a pause, also when somebody sets the clock back.
                await self._wait(min(left, QUIET))
                continue
            self._due = None
            try:
                await self._sum_up()
                self._told = ""
            except FeatherchatError as error:
                self._fail(f"The work in progress was not summarized. {error} {error.hint}")

    async def _sum_up(self) -> None:
        provider, model = self._model()
        task = next(iter(await self._saves.under_way()), None)
        if provider is None or not model or task is None or not self._is_worth_it(task):
            return
        redacted = self._memories.redacted
        shown = await asyncio.to_thread(differences_of, self._repository, task, redacted)
        if not shown:
            return
        request = request_about(model, task, shown)
        reply = await afford(self._budget, provider, request, ANSWER_TOKENS, SHARE)
        if reply is None:
            return
        self._asked = task
        sentence = sentence_of(redacted(reply.text), shown) if reply.ended else ""
        if sentence:
            await self._lead(task, sentence)

    def _is_worth_it(self, task: Memory) -> bool:
        if SUMMARY in task.attributes or "bulk" in task.attributes:
            return False
        # An answer that was refused would be refused again.
        return self._asked is None or not _is_the_same(task, self._asked)

    async def _lead(self, task: Memory, sentence: str) -> None:
        now = self._clock.now()
        cause = Cause(self._clock.new_id(), now, Author.ASSISTANT, "a summary of what was saved")
        led = await self._memories.settle(lambda store: _put(store, task, sentence, cause))
        if led:
            # Words find it meanwhile, and whoever opened the embedder has said why it fails.
            with suppress(EmbedderError):
                await self._memories.embed_pending()

    def _fail(self, notice: str) -> None:
        if notice != self._told:
            self._tell(notice)
        self._told = notice


def _put(store: SqliteStore, task: Memory, sentence: str, cause: Cause) -> bool:
    """Let a sentence lead a task's memory, unless that has changed since it was asked about."""
    with store.database.transaction():
        known = store.get([task.id]).get(task.id)
        if known is None or not _is_the_same(known, task):
            return False
        store.put([summarized(known, sentence)], cause)
    return True


def _is_the_same(one: Memory, other: Memory) -> bool:
    """Whether two readings of a task's memory are of one state of its files."""
    if one.status is not Status.ACTIVE or one.source.author != Author.SAVE:
        return False
    return (one.id, one.text, one.anchors) == (other.id, other.text, other.anchors)
