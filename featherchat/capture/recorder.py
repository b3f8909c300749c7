"""Recording commits: each change is one memory, whatever commits carry it.

The truth is a comparison of what HEAD comes from with what is in memory, so a run can be cut
off, repeated, or done by two processes at once. A commit that was amended, rebased or
cherry-picked keeps the memory of its change, with its links and whatever people did to it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from featherchat.capture.absorbing import NewChange, Stored, put_changes
from featherchat.capture.carrying import carried, with_decision
from featherchat.capture.changes import Telling
from featherchat.capture.known import Known
from featherchat.capture.late_links import link_late
from featherchat.capture.losses import mark_lost
from featherchat.capture.radar import Radar
from featherchat.capture.references import Records, explicit_links
from featherchat.capture.suggesting import Suggester
from featherchat.capture.symbols import NEWEST, CommitSymbols
from featherchat.clock import Clock
from featherchat.code.history import Commit, History
from featherchat.code.repository import Repository
from featherchat.memory import Author, Kind, Memory, RelationType
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.base import Cause

READ_AT_ONCE = 200
"""Commits that git is asked about in one go: half a second."""

_STORED_AT_ONCE = 25
"""Memories of one transaction, which a question may have to wait for."""

_TIP = "commits_recorded"
"""The setting that keeps the newest commit whose whole past is recorded."""

_EVERY_DECISION = Filter(kinds=(Kind.DECISION,), statuses=())

Step = Callable[[int, int], None]
"""Called with how many commits are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a run has done."""

    commits: int = 0
    """Commits that were read."""

    new: int = 0
    """Changes that were not known."""

    again: int = 0
    """Commits that carry a change which is known from another one."""

    links: int = 0
    """New links with decisions."""

    suggested: int = 0
    """Decisions that changes may carry out, which wait for a person's word."""

    lost: int = 0
    """Changes of commits that no branch comes from any more."""

    suspect: int = 0
    """Memories whose code has changed in substance."""

    lacking: int = 0
    """Commits of which git misses contents: their files are named at most, and not counted."""

    partial: bool = False
    """Whether the history is not all here, as in a shallow clone."""

    operation: str = ""
    """What undoes the whole run."""


class Recorder:
    """Keeps memory at what HEAD comes from."""

    def __init__(
        self, memories: Memories, repository: Repository, clock: Clock, suggester: Suggester
    ) -> None:
        self._memories = memories
        self._suggester = suggester
        self._repository = repository
        self._history = History(repository)
        self._radar = Radar(memories, repository, clock)
        self._clock = clock

    async def waiting(self) -> int:
        """How many commits are not recorded yet."""
        tip = await asyncio.to_thread(self._repository.head)
        done = await self._memories.ask(lambda store: store.settings.get(_TIP))
        if tip is None or tip == done:
            return 0
        known = await self._memories.ask(Known.read)
        return len(await self._unknown(tip, done, known))

    async def record(self, step: Step = lambda done, total: None) -> Recorded:
        """Record every commit that HEAD comes from and memory does not know, newest first.

        Raises:
            RepositoryProblem: If git cannot read the history; what was read before is kept.
            StoreError: If memory cannot be written.
        """
        cause = self._cause("commits")
        start = Recorded(operation=cause.operation, partial=self._repository.is_shallow)
        tip = await asyncio.to_thread(self._repository.head)
        if tip is None:
            return start
        done = await self._memories.ask(lambda store: store.settings.get(_TIP))
        known = await self._memories.ask(Known.read)
        ids = [] if tip == done else await self._unknown(tip, done, known)
        found = await self._record(ids, tip, known, cause, start, step)
        if tip != done:
            known.reachable = None
            reachable = await self._reachable(known)
            lost = await mark_lost(self._memories, reachable, known.fresh, cause)
            found = replace(found, lost=lost)
        late = await link_late(self._memories, await self._records(), cause)
        found = replace(found, links=found.links + late)
        if tip != done:
            found = replace(found, suspect=len(await self._radar.follow(tip, done)))
        if tip != done and not found.partial:
            # Of a shallow clone, older commits may be fetched below a tip that is known.
            await self._memories.ask(lambda store: store.settings.put(_TIP, tip))
        more = await self._suggester.run(cause)
        return replace(found, links=found.links + more.links, suggested=more.suggestions)

    async def record_some(self, ids: Sequence[str]) -> Recorded:
        """Record some commits at once, such as those that a question is about."""
        cause = self._cause("commits that were asked about")
        known = await self._memories.ask(Known.read)
        left = [each for each in ids if each not in known.commits]
        tip = await asyncio.to_thread(self._repository.head) if left else None
        if tip is None:
            return Recorded()
        start = Recorded(operation=cause.operation)
        return await self._record(left, tip, known, cause, start, lambda done, total: None)

    async def _unknown(self, tip: str, done: str | None, known: Known) -> list[str]:
        ids = await asyncio.to_thread(self._history.ids, tip, done)
        return [each for each in ids if each not in known.commits]

    async def _record(
        self,
        ids: Sequence[str],
        tip: str,
        known: Known,
        cause: Cause,
        start: Recorded,
        step: Step,
    ) -> Recorded:
        if not ids:
            return start
        found, records = start, await self._records()
        branch, of_branch = await asyncio.to_thread(self._branch, tip)
        told = Telling(
            CommitSymbols(self._repository),
            dict.fromkeys(of_branch, branch) if branch else {},
            self._clock,
            self._memories.redacted,
        )
        async with aclosing(self._batches(ids)) as batches:
            async for commits in batches:
                symbols = found.commits < NEWEST
                for first in range(0, len(commits), _STORED_AT_ONCE):
                    some = [each for each in commits[first : first + _STORED_AT_ONCE] if each.patch]
                    changes = await asyncio.to_thread(told.of, some, symbols=symbols)
                    found = await self._store(some, changes, known, records, cause, found)
                found = replace(
                    found,
                    commits=found.commits + len(commits),
                    lacking=found.lacking + sum(not each.is_whole for each in commits),
                )
                step(found.commits, len(ids))
        return found

    async def _batches(self, ids: Sequence[str]) -> AsyncGenerator[list[Commit], None]:
        """The commits, batch by batch; git reads the next one while this one is stored."""
        starts = iter(range(0, len(ids), READ_AT_ONCE))

        def begin() -> "asyncio.Task[list[Commit]] | None":
            start = next(starts, None)
            if start is None:
                return None
            batch = ids[start : start + READ_AT_ONCE]
            return asyncio.create_task(asyncio.to_thread(self._history.read, batch))

        ahead = begin()
        try:
            while ahead is not None:
                commits = await ahead
                ahead = begin()
                yield commits
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.wait([ahead])

    async def _store(
        self,
        commits: Sequence[Commit],
        changes: Mapping[str, Memory],
        known: Known,
        records: Records,
        cause: Cause,
        found: Recorded,
    ) -> Recorded:
        new: dict[str, Memory] = {}
        again: list[Commit] = []
        for commit in commits:
            if commit.patch in known.patches:
                again.append(commit)
            else:
                new[changes[commit.id].id] = changes[commit.id]
                known.add(changes[commit.id].id, commit)
        put = [each for each in commits if changes[each.id].id in new]
        stored = await self._put(put, new, records, known.revision, cause)
        known.settle(stored)
        made = {*stored.new, *stored.written.buried}
        twins = [each for each in put if known.patches[each.patch] not in made]
        # What says the same in the same second is one change, such as an amended commit.
        await self._carried_again([*again, *twins], changes, known, cause)
        return replace(
            found,
            new=found.new + len(stored.new),
            again=found.again + len(again) + len(twins),
            links=found.links + stored.links,
        )

    async def _put(
        self,
        commits: Sequence[Commit],
        changes: Mapping[str, Memory],
        records: Records,
        seen: int,
        cause: Cause,
    ) -> Stored:
        edges = [e for each in changes.values() for e in explicit_links(each, records, cause.at)]
        linked = {edge.target_id for edge in edges if edge.relation == RelationType.CAUSES}
        put = [
            NewChange(
                with_decision(each) if each.id in linked else each,
                commit.patch,
                {file.path: file.blob for file in commit.files},
            )
            for commit, each in zip(commits, changes.values(), strict=True)
        ]
        return await self._memories.settle(
            lambda store: put_changes(store, put, edges, cause, seen)
        )

    async def _carried_again(
        self,
        commits: Sequence[Commit],
        changes: Mapping[str, Memory],
        known: Known,
        cause: Cause,
    ) -> None:
        """Let known changes name the further commits that carry them."""
        if not commits:
            return
        reachable = await self._reachable(known)
        there = await self._memories.get([known.patches[each.patch] for each in commits])
        moved: dict[str, Memory] = {}
        for commit in commits:
            memory_id = known.patches[commit.patch]
            memory = moved.get(memory_id) or there.get(memory_id)
            known.commits[commit.id] = memory_id
            if memory is not None:
                is_gone = memory.source.sha not in reachable
                moved[memory_id] = carried(memory, changes[commit.id], is_gone=is_gone)
        await self._memories.learn(list(moved.values()), (), cause)

    async def _reachable(self, known: Known) -> frozenset[str]:
        if known.reachable is None:
            known.reachable = await asyncio.to_thread(self._history.everywhere)
        return known.reachable

    async def _records(self) -> Records:
        return Records.of(await self._memories.find(_EVERY_DECISION))

    def _branch(self, tip: str) -> tuple[str | None, frozenset[str]]:
        branch = self._repository.branch()
        return branch, self._history.of_branch(tip) if branch else frozenset()

    def _cause(self, reason: str) -> Cause:
        return Cause(self._clock.new_id(), self._clock.now(), Author.COMMIT, reason)
