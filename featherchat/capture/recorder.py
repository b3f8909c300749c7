"""Recording commits: each change is one memory, whatever commits carry it.

The truth is a comparison of what HEAD comes from with what is in memory, so a run can be cut
off, repeated, or done by two processes at once. A commit that was amended, rebased or
cherry-picked keeps the memory of its change, with its links and whatever people did to it.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from featherchat.capture.absorbing import NewChange, Stored, put_changes
from featherchat.capture.carrying import (
    UNREACHABLE,
    carried,
    commits_of,
    found_again,
    likeness,
    marked_lost,
    told_of,
    with_decision,
)
from featherchat.capture.changes import Telling
from featherchat.capture.radar import Radar
from featherchat.capture.references import Records, explicit_links
from featherchat.capture.suggesting import Suggester
from featherchat.capture.symbols import NEWEST, CommitSymbols
from featherchat.clock import Clock
from featherchat.code.history import Commit, History
from featherchat.code.repository import Repository
from featherchat.memory import Author, Edge, Kind, Memory, RelationType
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.commits import KnownChange, known_changes
from featherchat.store.sqlite import SqliteStore

READ_AT_ONCE = 200
"""Commits that git is asked about in one go: half a second."""

_STORED_AT_ONCE = 25
"""Memories of one transaction, which a question may have to wait for."""

_TIP = "commits_recorded"
"""The setting that keeps the newest commit whose whole past is recorded."""

_LINKED_WITH = "commits_linked"
"""The setting that tells which decisions there were when every change was linked."""

_SAME_FILES = 0.6
"""The share of files that an amended commit has in common with what it was."""

_EVERY_CHANGE = Filter(kinds=(Kind.CODE_CHANGE,), statuses=())
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
    partial: bool = False
    """Whether the history is not all here, as in a shallow clone."""

    operation: str = ""
    """What undoes the whole run."""


@dataclass(slots=True)
class _Known:
    """What is in memory, as the run goes on."""

    commits: dict[str, str] = field(default_factory=dict)
    """Memory ids by commit."""

    patches: dict[str, str] = field(default_factory=dict)
    """Memory ids by patch."""

    fresh: set[str] = field(default_factory=set)
    """The memories that this run has made."""

    reachable: frozenset[str] | None = None
    """Every commit that something comes from, once that was asked."""

    revision: int = 0
    """The store's, when this was all that it held."""

    @classmethod
    def read(cls, store: SqliteStore) -> "_Known":
        with store.database.reading():
            known = cls.of(known_changes(store.database))
            known.revision = store.database.revision
        return known

    @classmethod
    def of(cls, changes: Iterable[KnownChange]) -> "_Known":
        known = cls()
        for change in changes:
            known.commits.update(dict.fromkeys(change.commits, change.id))
            if change.patch:
                known.patches[change.patch] = change.id
        return known

    def add(self, memory_id: str, commit: Commit) -> None:
        self.commits[commit.id] = memory_id
        self.patches[commit.patch] = memory_id

    def settle(self, stored: Stored) -> None:
        """Take up what became of changes that were just added."""
        known_as = {**stored.known_as, **stored.written.duplicates}
        for ids in (self.commits, self.patches) if known_as else ():
            ids.update({key: known_as[each] for key, each in ids.items() if each in known_as})
        self.fresh |= set(stored.new)
        self.revision = stored.revision


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
        known = await self._memories.ask(_Known.read)
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
        known = await self._memories.ask(_Known.read)
        ids = [] if tip == done else await self._unknown(tip, done, known)
        found = await self._record(ids, tip, known, cause, start, step)
        if tip != done:
            known.reachable = None
            found = replace(found, lost=await self._mark_lost(known, cause))
        found = replace(found, links=found.links + await self._link_all(cause))
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
        known = await self._memories.ask(_Known.read)
        left = [each for each in ids if each not in known.commits]
        tip = await asyncio.to_thread(self._repository.head) if left else None
        if tip is None:
            return Recorded()
        start = Recorded(operation=cause.operation)
        return await self._record(left, tip, known, cause, start, lambda done, total: None)

    async def _unknown(self, tip: str, done: str | None, known: _Known) -> list[str]:
        ids = await asyncio.to_thread(self._history.ids, tip, done)
        return [each for each in ids if each not in known.commits]

    async def _record(
        self,
        ids: Sequence[str],
        tip: str,
        known: _Known,
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
        for place in range(0, len(ids), READ_AT_ONCE):
            batch = ids[place : place + READ_AT_ONCE]
            commits = await asyncio.to_thread(self._history.read, batch)
            for first in range(0, len(commits), _STORED_AT_ONCE):
                some = [each for each in commits[first : first + _STORED_AT_ONCE] if each.patch]
                changes = await asyncio.to_thread(told.of, some, symbols=place < NEWEST)
                found = await self._store(some, changes, known, records, cause, found)
            found = replace(found, commits=found.commits + len(batch))
            step(found.commits, len(ids))
        return found

    async def _store(
        self,
        commits: Sequence[Commit],
        changes: Mapping[str, Memory],
        known: _Known,
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
        known: _Known,
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

    async def _mark_lost(self, known: _Known, cause: Cause) -> int:
        """Mark the changes whose commits nothing comes from any more, and what replaced them."""
        reachable = await self._reachable(known)
        changes = await self._memories.ask(lambda store: known_changes(store.database))
        gone = [each.id for each in changes if reachable.isdisjoint(each.commits)]
        lost = [
            each
            for each in (await self._memories.get(gone)).values()
            if not each.attributes.get("unreachable")
        ]
        moved = [each.id for each in changes if each.commits[0] not in reachable]
        await self._welcome_back(sorted(set(moved) - set(gone)), reachable, cause)
        if not lost:
            return 0
        edges = await self._successors(lost, known.fresh, cause.at)
        replaced = {edge.target_id for edge in edges}
        marked = [marked_lost(each, cause.at if each.id in replaced else None) for each in lost]
        await self._memories.learn(marked, edges, cause)
        return len(marked)

    async def _welcome_back(
        self, moved: Sequence[str], reachable: frozenset[str], cause: Cause
    ) -> None:
        """Tell changes of commits that are there, and unmark those that are there again."""
        found = await self._memories.get(moved)
        marked = await self._memories.find(replace(_EVERY_CHANGE, attributes=UNREACHABLE))
        found |= {each.id: each for each in marked if not reachable.isdisjoint(commits_of(each))}
        back = [found_again(told_of(each, reachable)) for each in found.values()]
        if back:
            await self._memories.learn(back, (), cause)

    async def _reachable(self, known: _Known) -> frozenset[str]:
        if known.reachable is None:
            known.reachable = await asyncio.to_thread(self._history.everywhere)
        return known.reachable

    async def _successors(self, lost: Sequence[Memory], fresh: set[str], at: float) -> list[Edge]:
        """Which new changes took the place of lost ones: of the same time, to the same files."""
        by_time: dict[float, list[Memory]] = {}
        for each in (await self._memories.get(sorted(fresh))).values():
            by_time.setdefault(each.created_at, []).append(each)
        edges = []
        for old in lost:
            for new in by_time.get(old.created_at, ()):
                if new.developer == old.developer and likeness(new, old) >= _SAME_FILES:
                    relation, words = RelationType.SUPERSEDES, "amended"
                    edges.append(
                        Edge(new.id, old.id, relation, 1.0, "history", 0.9, words, created_at=at)
                    )
                    break
        return edges

    async def _link_all(self, cause: Cause) -> int:
        """Link what was recorded before its decision was known."""
        records = await self._records()
        state = f"{sorted(records.by_number.items())}{sorted(records.by_path.items())}"
        mark = hashlib.sha256(state.encode("utf-8", "surrogateescape")).hexdigest()
        done = await self._memories.ask(lambda store: store.settings.get(_LINKED_WITH))
        if done == mark:
            return 0
        count = 0
        changes = await self._memories.find(Filter(kinds=(Kind.CODE_CHANGE,)))
        edges = [edge for each in changes for edge in explicit_links(each, records, cause.at)]
        known = {edge.key for edge in await self._memories.edges_of(list(_decisions(edges)))}
        fresh = [edge for edge in edges if edge.key not in known]
        by_id = {each.id: each for each in changes}
        for start in range(0, len(fresh), _STORED_AT_ONCE):
            some = fresh[start : start + _STORED_AT_ONCE]
            raised = {
                edge.target_id: with_decision(by_id[edge.target_id])
                for edge in some
                if edge.relation == RelationType.CAUSES
            }
            await self._memories.learn(list(raised.values()), some, cause)
            count += len(some)
        await self._memories.ask(lambda store: store.settings.put(_LINKED_WITH, mark))
        return count

    async def _records(self) -> Records:
        return Records.of(await self._memories.find(_EVERY_DECISION))

    def _branch(self, tip: str) -> tuple[str | None, frozenset[str]]:
        branch = self._repository.branch()
        return branch, self._history.of_branch(tip) if branch else frozenset()

    def _cause(self, reason: str) -> Cause:
        return Cause(self._clock.new_id(), self._clock.now(), Author.COMMIT, reason)


def _decisions(edges: Iterable[Edge]) -> set[str]:
    return {edge.source_id for edge in edges}
