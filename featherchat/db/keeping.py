"""Memories put in, got, changed, linked and taken out by their ids."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from featherchat.clock import SECONDS_PER_DAY, Clock, SystemClock
from featherchat.db.access import Access, Held
from featherchat.db.checking import (
    MAX_DAYS,
    MAX_DIMENSIONS,
    checked_count,
    checked_flag,
    checked_name,
    checked_number,
    checked_share,
    checked_text,
    kind_of,
    unit_matrix,
)
from featherchat.db.collector import collector_rests
from featherchat.db.drafts import (
    NO_ENTITY,
    check_kept,
    check_to_come,
    check_unique,
    check_unknown,
    described,
    drafted,
    one_each,
    title_of,
)
from featherchat.db.linking import check_no_circle
from featherchat.db.metadata import Metadata
from featherchat.db.opening import opened, space_of
from featherchat.db.recalls import Recalls
from featherchat.db.values import StoredMemory
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import (
    Attribute,
    Author,
    Edge,
    Memory,
    RelationType,
    Source,
    Status,
)
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Compacted, Undone, Version
from featherchat.store.sqlite import SqliteStore

_KNOWN = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)


class Keeping:
    """An open store, by id. Several threads may use it; after a fork it must be opened anew."""

    def __init__(self, store: SqliteStore, clock: Clock, dim: int) -> None:
        self._access = Access(store)
        self._clock = clock
        self._space = space_of(store, dim)
        self._recalls = Recalls(self._reinforce)
        self._counts = store.database.read_only is None
        self.dim = dim
        """How many numbers each vector has."""

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], dim: int = 768, *, clock: Clock | None = None
    ) -> Self:
        """Open the store at ``path``, or make it.

        Args:
            path: The one file. What is derived from it lies in the user's cache.
            dim: How many numbers each vector has, from 1 to 65,536.
            clock: For ages and new ids; None: the machine's.

        Raises:
            StoreError: If the file cannot be used.
            InvalidValue: If its vectors have another dimension.
        """
        numbers = checked_count("dim", dim, 1, MAX_DIMENSIONS)
        time = clock or SystemClock()
        store = opened(path, time)
        try:
            return cls(store, time, numbers)
        except BaseException:
            store.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what was counted and close the file; a second time does nothing.

        In a process that got it by a fork nothing is done: the file is the other one's.
        """
        try:
            if self._access.is_open:
                self._recalls.close()
        finally:
            self._access.close()

    # Adding

    def add(
        self,
        vec: Any,
        text: str | None = None,
        *,
        id: str | None = None,
        namespace: str | None = None,
        entity: str | None = None,
        meta: Metadata | None = None,
    ) -> StoredMemory:
        """Keep a memory; it is on the disk and found by any question when this returns.

        What is there already, word for word in the same namespace and entity, is not kept
        twice: then that memory comes back. Memories without a text are never the same.

        Args:
            vec: ``dim`` numbers, of any length above 0; the direction is kept, as float16.
            text: Up to 20,000 characters; None: a vector alone.
            id: Up to 200 characters; None: a new one.
            namespace: The wall it stands behind; None: that of ``meta``, or the default one.
            entity: Its kind, in singular or plural, such as ``decisions``; unknown words are
                kinds of their own. It decides the half-life and importance that are not given.
            meta: Everything else.

        Raises:
            InvalidValue: If the id is known, the text was forgotten before or is another
                memory's while an id is given, or a value is out of its range.
        """
        return self.add_many(
            [vec], texts=[text], ids=[id], namespace=namespace, entity=entity, metas=[meta]
        )[0]

    @collector_rests()
    def add_many(
        self,
        vecs: Any,
        *,
        texts: Sequence[str | None] | None = None,
        ids: Sequence[str | None] | None = None,
        namespace: str | None = None,
        entity: str | None = None,
        metas: Sequence[Metadata | None] | None = None,
    ) -> list[StoredMemory]:
        """Keep many memories at once, or none of them: see ``add``.

        Args:
            vecs: Shape (n, dim).
            texts: One each, or none at all.
            ids: One each, or none at all.
            namespace: Of all of them.
            entity: Of all of them.
            metas: One each, or none at all.
        """
        matrix = unit_matrix(vecs, self.dim)
        source = Source(Author.API, self._clock.now())
        kind = NO_ENTITY if entity is None else kind_of(entity)
        names = one_each("ids", ids, len(matrix))
        said = one_each("texts", texts, len(matrix))
        drafts = zip(names, said, one_each("metas", metas, len(matrix)), strict=True)
        memories = [
            drafted(
                self._clock.new_id() if given is None else checked_name("id", given),
                checked_text(text),
                kind,
                meta,
                namespace,
                source,
            )
            for given, text, meta in drafts
        ]
        check_unique([memory.id for memory in memories])
        with self._changing("add") as (store, cause):
            known = store.get([memory.id for memory in memories])
            check_unknown(known.values(), source.at)
            written = store.put(memories, cause, (), matrix, self._space, known)
            check_kept(written, names)
            there = store.get(list(written.duplicates.values()))
        kept = {memory.id: memory for memory in written.stored}
        kept.update((new, there[same]) for new, same in written.duplicates.items())
        return [self._handed_out(kept[memory.id]) for memory in memories]

    # Changing

    def update(
        self,
        id: str,
        *,
        vec: Any = None,
        text: str | None = None,
        entity: str | None = None,
        meta: Metadata | None = None,
    ) -> StoredMemory:
        """Change a memory; what is left out stays as it is.

        Args:
            id: Which one.
            vec: Its new vector.
            text: Its new text, which needs a new vector.
            entity: Its new kind.
            meta: Everything else, in place of all that was said before.

        Raises:
            NothingFound: If there is no such memory.
            InvalidValue: If a value is out of its range, a text comes without its vector, or
                another memory says the same already.
        """
        if text is not None and vec is None:
            raise InvalidValue(
                f"The text of {id!r} changes, but no vector is given; one text has one vector.",
                hint="Give the vector of the new text as vec.",
            )
        matrix = None if vec is None else unit_matrix([vec], self.dim)
        with self._changing("update") as (store, cause):
            memory = self._existing(store, id)
            if text is not None:
                said = checked_text(text)
                memory = replace(memory, text=said, title=title_of(said))
            if entity is not None:
                memory = replace(memory, kind=kind_of(entity))
            if meta is not None:
                memory = described(memory, meta)
                check_to_come(memory.expires_at, cause.at)
            written = store.put([memory], cause, vectors=matrix, space=self._space)
            check_kept(written, [memory.id])
        return self._handed_out(memory)

    def forget(self, ids: str | Sequence[str], *, hard: bool = False) -> None:
        """Forget one memory or several: no question finds them any more.

        Args:
            ids: Which ones.
            hard: False can be undone. True removes every trace of them, in the history and
                the free pages of the file too, and cannot.

        Raises:
            NothingFound: If one is unknown; then none is forgotten.
        """
        several = ids if isinstance(ids, Sequence) and not isinstance(ids, str) else [ids]
        names = [checked_name("id", each) for each in several]
        # What only counts as true must not remove anything for good.
        for_good = checked_flag("hard", hard)
        with self._access.store() as store:
            store.forget(names, self._cause("forget"), hard=for_good)

    def link(
        self,
        from_id: str,
        to_id: str,
        rel_type: str | None = None,
        weight: float = 1.0,
        *,
        edge_type: str | None = None,
    ) -> Edge:
        """Link two memories, or change the weight of a link that is there.

        A link that ``supersedes`` takes the other memory out of force: searches no longer
        find it, chains show it below what has superseded it.

        Args:
            from_id: Which memory says something of the other.
            to_id: The other one.
            rel_type: A ``RelationType`` or a word of your own; ``related_to`` if none is said.
            weight: Above 0, at most 1.
            edge_type: The same as ``rel_type``.

        Raises:
            NothingFound: If one of the two is unknown.
            InvalidValue: If both are the same, the weight is out of its range, or each
                would supersede the other.
        """
        if rel_type is not None and edge_type is not None and rel_type != edge_type:
            raise InvalidValue(
                f"rel_type is {rel_type!r} and edge_type is {edge_type!r}.",
                hint="Give one of the two.",
            )
        named = edge_type if rel_type is None else rel_type
        relation = checked_name("relation", RelationType.RELATED_TO if named is None else named)
        ends = checked_name("id", from_id), checked_name("id", to_id)
        share = checked_share("weight", weight)
        edge = Edge(*ends, relation, share, created_at=self._clock.now())
        with self._changing("link") as (store, cause):
            source, target = self._existing(store, from_id), self._existing(store, to_id)
            if source.id == target.id:
                raise InvalidValue(
                    f"{from_id!r} cannot be linked to itself.", hint="Name two memories."
                )
            changed = []
            if relation == RelationType.SUPERSEDES:
                check_no_circle(store, edge)
                changed = [replace(target, status=Status.SUPERSEDED, valid_to=cause.at)]
            store.put(changed, cause, [edge])
        return edge

    add_edge = link

    def undo(self, operation: str | None = None) -> Undone:
        """Take back the last change that stands, or the one that is named.

        Raises:
            NothingFound: If there is none.
            InvalidValue: If it cannot be taken back, and why.
        """
        named = None if operation is None else checked_name("operation", operation)
        with self._access.store() as store:
            return store.undo(self._cause("undo"), named)

    def compact(self, keep: float = 365.0) -> Compacted:
        """Forget what memories were before their changes of long ago, and give the space back.

        Args:
            keep: The last so many days can still be undone and read by ``as_of``.
        """
        days = checked_number("keep", keep, 0, MAX_DAYS)
        with self._access.store() as store:
            return store.histories.compact(self._clock.now() - days * SECONDS_PER_DAY)

    # By id

    def get(self, id: str) -> StoredMemory | None:
        """A memory, in whatever namespace; None if it is unknown, forgotten or expired."""
        with self._access.store() as store:
            memory = self._known(store, [checked_name("id", id)]).get(id)
        return None if memory is None else self._handed_out(memory)

    def edges(self, id: str) -> list[Edge]:
        """Every edge from and to a memory, as it was said.

        Raises:
            NothingFound: If there is no such memory.
        """
        with self._access.store() as store:
            return store.edges_of([self._existing(store, id).id])

    def history(self, id: str) -> list[Version]:
        """What a memory was before each of its changes, oldest first; also of a forgotten one."""
        with self._access.store() as store:
            return store.histories.of(checked_name("id", id))

    # Steps

    @contextmanager
    def _changing(self, reason: str) -> Iterator[tuple[SqliteStore, Cause]]:
        """One transaction: what is read in it is still so when it is written."""
        with self._access.store() as store, store.database.transaction():
            yield store, self._cause(reason)

    def _reading(self) -> Held:
        """One state of the store: what is found can be read, whatever other processes do."""
        return self._access.reading()

    def _cause(self, reason: str) -> Cause:
        # Without the caller's words: a reason outlives what is forgotten for good.
        return Cause(self._clock.new_id(), self._clock.now(), Author.API, reason)

    def _known(self, store: SqliteStore, ids: Sequence[str]) -> dict[str, Memory]:
        """Those that have not been forgotten and have not expired."""
        wanted = Filter(namespace=None, statuses=_KNOWN, ids=tuple(ids))
        return {memory.id: memory for memory in store.find(wanted)}

    def _existing(self, store: SqliteStore, memory_id: str) -> Memory:
        memory = self._known(store, [checked_name("id", memory_id)]).get(memory_id)
        if memory is None:
            raise NothingFound(
                f"There is no memory {memory_id!r}.", hint="Add it first, or check its id with get."
            )
        return memory

    def _handed_out(self, memory: Memory) -> StoredMemory:
        return StoredMemory(memory.id, memory, self._set_attribute)

    def _set_attribute(self, memory_id: str, name: str, value: Attribute) -> None:
        with self._changing("set an attribute") as (store, cause):
            memory = self._existing(store, memory_id)
            meta = Metadata.of(memory)
            meta.set_attribute(name, value)
            check_kept(store.put([described(memory, meta)], cause), [memory.id])

    def _reinforce(self, counts: Mapping[str, int]) -> None:
        with self._access.store() as store:
            store.reinforce(counts, self._clock.now())
