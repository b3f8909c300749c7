"""Which commits are in memory already, by themselves and by the change that they carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from featherchat.capture.absorbing import Stored
from featherchat.code.history import Commit
from featherchat.store.commits import KnownChange, known_changes
from featherchat.store.sqlite import SqliteStore


@dataclass(slots=True)
class Known:
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
    def read(cls, store: SqliteStore) -> "Known":
        """All that a store has, at one revision."""
        with store.database.reading():
            known = cls.of(known_changes(store.database))
            known.revision = store.database.revision
        return known

    @classmethod
    def of(cls, changes: Iterable[KnownChange]) -> "Known":
        """What some changes are known by."""
        known = cls()
        for change in changes:
            known.commits.update(dict.fromkeys(change.commits, change.id))
            if change.patch:
                known.patches[change.patch] = change.id
        return known

    def add(self, memory_id: str, commit: Commit) -> None:
        """Take up a change that is about to be stored."""
        self.commits[commit.id] = memory_id
        self.patches[commit.patch] = memory_id

    def settle(self, stored: Stored) -> None:
        """Take up what became of changes that were just added."""
        known_as = {**stored.known_as, **stored.written.duplicates}
        for ids in (self.commits, self.patches) if known_as else ():
            ids.update({key: known_as[each] for key, each in ids.items() if each in known_as})
        self.fresh |= set(stored.new)
        self.revision = stored.revision
