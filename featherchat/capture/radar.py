"""Which memories may no longer hold, because the code they are anchored to has changed.

A memory that names a file or a symbol turns suspect when that changes in substance: not in
its whitespace or comments, not by a pure move, which its anchor follows. What governs a folder
is about no one content, and what happened stays true: neither turns suspect. Each mark is
logged and can be undone, and goes by itself when the code is again as it was.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from featherchat.capture.bulk import Bulk
from featherchat.capture.substance import GONE, Sides, Substance
from featherchat.clock import Clock
from featherchat.code.blobs import read_blobs
from featherchat.code.diffs import files_between
from featherchat.code.files import MAX_DOCUMENT, blob_hash, inside
from featherchat.code.history import History
from featherchat.code.repository import Repository
from featherchat.errors import InvalidValue
from featherchat.memory import Anchor, Author, Kind, Layer, Memory, RelationType, traits_of
from featherchat.recall.memories import Memories
from featherchat.store.anchored import anchorings
from featherchat.store.base import Cause
from featherchat.store.commits import known_changes

_NO_SUBSTANCE = frozenset({Bulk.FORMATTING, Bulk.MOVED})
_JUDGED = "commits_judged"
"""The setting that keeps the commit up to which the code was judged.

It is kept of a shallow clone, too, which has no commit whose whole past is recorded.
"""

_NAMED = 3
"""Memories that the log names; the operation knows them all."""


@dataclass(frozen=True, slots=True)
class _Touched:
    """The memories under a change, and what is known of both of its sides."""

    memories: tuple[Memory, ...]
    substance: Substance


class Radar:
    """Turns memories suspect, and takes that back, as the code under them changes."""

    def __init__(self, memories: Memories, repository: Repository, clock: Clock) -> None:
        self._memories = memories
        self._repository = repository
        self._history = History(repository)
        self._clock = clock

    async def follow(self, tip: str, recorded: str | None) -> tuple[Memory, ...]:
        """Judge what is different since the last time; the first time, nothing.

        Args:
            tip: The commit that HEAD stands at.
            recorded: Where a store begins that was never judged: up to where it is recorded.

        Returns:
            The memories that turned suspect.
        """
        kept = await self._memories.ask(lambda store: store.settings.get(_JUDGED))
        before = kept or recorded
        if tip == kept:
            return ()
        found = await self.moved(before, tip) if before else ()
        await self._memories.ask(lambda store: store.settings.put(_JUDGED, tip))
        return found

    async def moved(self, before: str, tip: str) -> tuple[Memory, ...]:
        """Judge what is different in one commit from what was in another.

        Returns:
            The memories that turned suspect.

        Raises:
            RepositoryProblem: If git cannot read them.
            StoreError: If memory cannot be written.
        """
        anchored = await self._anchored()
        if not anchored or not await asyncio.to_thread(self._history.has, before):
            return ()
        files = await asyncio.to_thread(files_between, self._repository, before, tip)
        sides = [Sides(e.before, e.path, _hash(e.old_blob), _hash(e.blob)) for e in files]
        touched = await self._touched(anchored, sides, {})
        after = {
            memory.id: tuple(map(touched.substance.after, memory.anchors))
            for memory in touched.memories
        }
        settled = await self._by_commits(touched.memories, after, sides, (before, tip))
        return await self._write(touched.memories, settled, Author.COMMIT)

    async def saved(self, paths: Sequence[str]) -> tuple[Memory, ...]:
        """Judge what the working tree holds of some files; one that is gone waits for a commit.

        Returns:
            The memories that turned suspect.

        Raises:
            RepositoryProblem: If git cannot read what HEAD holds.
            StoreError: If memory cannot be written.
        """
        anchored = await self._anchored()
        wanted = [path for path in paths if path in anchored]
        if not wanted:
            return ()
        contents = await asyncio.to_thread(_on_disk, self._repository.root, wanted)
        names = {path: f"HEAD:{path}" for path in contents}
        heads = await asyncio.to_thread(
            read_blobs, self._repository, list(names.values()), MAX_DOCUMENT
        )
        sides, held = [], {}
        for path, content in contents.items():
            old, new = heads.get(names[path]), blob_hash(content)
            held[new] = content
            if old is not None:
                held[blob_hash(old)] = old
            sides.append(Sides(path, path, GONE if old is None else blob_hash(old), new))
        touched = await self._touched(anchored, sides, held)
        after = {
            memory.id: tuple(map(touched.substance.after, memory.anchors))
            for memory in touched.memories
        }
        return await self._write(touched.memories, after, Author.SAVE)

    async def _anchored(self) -> dict[str, list[str]]:
        """The memories that a file may turn suspect, by its path."""
        found: dict[str, list[str]] = {}
        for each in await self._memories.ask(lambda store: anchorings(store.database)):
            if traits_of(each.kind).layer is not Layer.EPISODE:
                found.setdefault(each.path, []).append(each.memory_id)
        return found

    async def _touched(
        self,
        anchored: Mapping[str, Sequence[str]],
        sides: Sequence[Sides],
        held: Mapping[str, bytes],
    ) -> _Touched:
        """What a change touches; ``held`` are contents that git may not have."""
        ids = dict.fromkeys(key for each in sides for key in anchored.get(each.before, ()))
        memories = tuple((await self._memories.get(list(ids))).values())
        anchors = [anchor for memory in memories for anchor in memory.anchors]
        near = [each for each in sides if each.before in anchored]
        if any(anchor.symbol for anchor in anchors):
            near = list(sides)  # a symbol may have gone to any of them
        wanted = {anchor.blob for anchor in anchors if anchor.blob}
        wanted |= {blob for each in near for blob in (each.old, each.new) if blob}
        left = sorted(wanted - held.keys()) if memories else []
        known = await asyncio.to_thread(read_blobs, self._repository, left, MAX_DOCUMENT)
        return _Touched(memories, Substance(sides, {**known, **held}))

    async def _by_commits(
        self,
        memories: Sequence[Memory],
        after: Mapping[str, tuple[Anchor, ...]],
        sides: Sequence[Sides],
        span: tuple[str, str],
    ) -> dict[str, tuple[Anchor, ...]]:
        """The anchors with the commit that changed each; what a decision asked for is no doubt."""
        news = {each.path: each.new for each in sides}
        names = {each.path: {each.before, each.path} for each in sides}
        paths = {
            anchor.path
            for each in memories
            for anchor in after[each.id]
            if anchor.changed and anchor.commit is None
        }
        found = {
            path: await asyncio.to_thread(self._history.of_paths, sorted(names[path]), *span)
            for path in sorted(paths & names.keys())
        }
        counts = await self._counting(memories, {sha for each in found.values() for sha in each})

        def settled(memory: Memory, anchor: Anchor) -> Anchor:
            commits = found.get(anchor.path)
            if not anchor.changed or commits is None or anchor.commit is not None:
                return anchor
            telling = [sha for sha in commits if counts(memory, sha)]
            if commits and not telling:
                # Carried out, or reformatted: this is what the memory is about from now on.
                return replace(anchor, changed=False, blob=news[anchor.path] or anchor.blob)
            return replace(anchor, commit=telling[0] if telling else span[1])

        return {
            each.id: tuple(settled(each, anchor) for anchor in after[each.id]) for each in memories
        }

    async def _counting(
        self, memories: Sequence[Memory], commits: Iterable[str]
    ) -> Callable[[Memory, str], bool]:
        """Whether a commit can cast doubt on a memory."""
        wanted = set(commits)
        listed = await self._memories.ask(lambda store: known_changes(store.database))
        by_commit = {sha: each.id for each in listed for sha in each.commits if sha in wanted}
        changes = await self._memories.get(list(by_commit.values()))
        edges = await self._memories.edges_of([each.id for each in memories])
        carried = {
            (edge.source_id, edge.target_id)
            for edge in edges
            if edge.relation == RelationType.CAUSES
        }

        def counts(memory: Memory, commit: str) -> bool:
            change = changes.get(by_commit.get(commit, ""))
            if change is None:
                return True
            carries = memory.kind == Kind.DECISION and (memory.id, change.id) in carried
            return not carries and change.attributes.get("bulk") not in _NO_SUBSTANCE

        return counts

    async def _write(
        self,
        memories: Iterable[Memory],
        after: Mapping[str, tuple[Anchor, ...]],
        author: Author,
    ) -> tuple[Memory, ...]:
        """Store what has changed; gives back what turned suspect by it."""
        changed = [
            (each, replace(each, anchors=after[each.id]))
            for each in memories
            if after[each.id] != each.anchors
        ]
        suspect = tuple(new for old, new in changed if new.validity < old.validity)
        if changed:
            named = ", ".join(each.title for each in suspect[:_NAMED])
            more = f" and {len(suspect) - _NAMED} more" if len(suspect) > _NAMED else ""
            reason = f"suspect: {named}{more}" if suspect else "followed the code"
            cause = Cause(self._clock.new_id(), self._clock.now(), author, reason)
            await self._memories.learn([new for _, new in changed], (), cause)
        return suspect


async def confirmed(root: Path, anchors: Sequence[Anchor]) -> tuple[Anchor, ...]:
    """Anchors that a person has just looked at: the code as it is now is what is meant."""
    contents = await asyncio.to_thread(_on_disk, root, [each.path for each in anchors])
    blobs = {path: blob_hash(content) for path, content in contents.items()}
    return tuple(
        replace(each, changed=False, commit=None, blob=blobs.get(each.path, each.blob))
        for each in anchors
    )


def _hash(blob: str) -> str:
    return blob if blob.strip("0") else GONE


def _on_disk(root: Path, paths: Sequence[str]) -> dict[str, bytes]:
    """What files hold; those that are gone, too large, or lead out of the project are left out."""
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            place = inside(root, path)
            if place.is_file() and place.stat().st_size <= MAX_DOCUMENT:
                found[path] = place.read_bytes()
        except (InvalidValue, OSError):
            continue  # gone since, or not ours to read
    return found
