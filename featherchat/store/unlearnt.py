"""Turns that nobody has learnt from yet: each has a mark, which falls once that is done.

A mark names the process that will learn from its turn, as that of a running turn does.
When the process is gone, another may claim the mark, so that a crash costs no learning
and two processes never learn from one turn. To find what is left costs one look at the
marks, and no walk through the turns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from featherchat.memory import Author
from featherchat.store.database import Database
from featherchat.store.owners import lives, this_process

_PREFIX = "unlearnt turn "
_NEW = "new"
NOBODY = "nobody"
"""The owner of a mark that any process may claim."""

_HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Unlearnt:
    """A turn that is still to be learnt from."""

    turn_id: str
    heard: bool
    """Whether its explicit statements have been taken already, so that only a model is missing."""


class UnlearntTurns:
    """The marks of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, turn_ids: Sequence[str], owner: str) -> None:
        """Mark turns that have ended, inside of the caller's transaction."""
        self._database.execute_many(
            "INSERT OR IGNORE INTO meta VALUES (?, ?)",
            [(_PREFIX + turn_id, f"{_NEW} {owner}") for turn_id in turn_ids],
        )

    def heard(self, turn_id: str) -> None:
        """Note that the explicit statements of a turn have been taken."""
        with self._database.transaction(raises_revision=False):
            self._database.execute(
                "UPDATE meta SET value = ? WHERE key = ?",
                (f"{_HEARD} {this_process()}", _PREFIX + turn_id),
            )

    def learnt(self, turn_ids: Sequence[str]) -> None:
        """Take the marks away: these turns are done with."""
        with self._database.transaction(raises_revision=False):
            self._database.execute_many(
                "DELETE FROM meta WHERE key = ?", [(_PREFIX + turn_id,) for turn_id in turn_ids]
            )

    def of_session(self, session_id: str) -> list[Unlearnt]:
        """What is left of one conversation, oldest first."""
        rows = self._database.rows(
            "SELECT m.key, m.value FROM meta m JOIN turns t ON t.id = substr(m.key, ?)"
            " WHERE m.key BETWEEN ? AND ? AND t.session_id = ? ORDER BY m.key",
            (len(_PREFIX) + 1, _PREFIX, _PREFIX + "~", session_id),
        )
        return [_unlearnt(key, value) for key, value in rows]

    def count(self) -> int:
        """How many turns wait, whoever will learn from them."""
        found = self._database.value(
            "SELECT count(*) FROM meta WHERE key BETWEEN ? AND ?", (_PREFIX, _PREFIX + "~")
        )
        return int(found or 0)

    def distilled(self, turn_ids: Sequence[str]) -> set[str]:
        """Which turns a model's findings were written of already, before the mark could fall."""
        sessions = "SELECT session_id FROM turns WHERE id = ?"
        return {
            turn_id
            for turn_id in turn_ids
            if self._database.value(
                f"SELECT 1 FROM changes WHERE session_id = ({sessions}) AND turn_id = ?"
                " AND actor = ? LIMIT 1",
                (turn_id, turn_id, Author.ASSISTANT),
            )
        }

    def claim(self, developers: Collection[str] | None = None) -> list[Unlearnt]:
        """Make what processes left that are gone ours, oldest first.

        Args:
            developers: Whose turns, beside nobody's: what one person said would be learnt as
                another's. None for everybody's.
        """
        with self._database.transaction(raises_revision=False):
            rows = self._database.rows(
                "SELECT m.key, m.value, s.developer FROM meta m"
                " LEFT JOIN turns t ON t.id = substr(m.key, ?)"
                " LEFT JOIN sessions s ON s.id = t.session_id"
                " WHERE m.key BETWEEN ? AND ? ORDER BY m.key",
                (len(_PREFIX) + 1, _PREFIX, _PREFIX + "~"),
            )
            found = [
                (key, stage)
                for key, value, developer in rows
                for stage, _, owner in [value.partition(" ")]
                if (developers is None or developer in (None, *developers))
                and (owner == NOBODY or not lives(owner))
            ]
            self._database.execute_many(
                "UPDATE meta SET value = ? WHERE key = ?",
                [(f"{stage} {this_process()}", key) for key, stage in found],
            )
        return [_unlearnt(key, stage) for key, stage in found]


def _unlearnt(key: str, value: str) -> Unlearnt:
    return Unlearnt(key.removeprefix(_PREFIX), value.startswith(_HEARD))
