"""Forgetting what a log can do without: how things were before a horizon.

What is remembered stays as it is, and so does every reading of the past from the
horizon on. Before it nothing can be read or taken back any more.
"""

from featherchat.errors import InvalidValue
from featherchat.store.base import Compacted
from featherchat.store.database import Database
from featherchat.store.log import EventLog, written_out


class Compacting:
    """Removes the old part of a store's log."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def compact(self, horizon: float, now: float) -> Compacted:
        """Remove the changes before a time, and give their space back.

        An operation that reaches over the horizon stays whole, so that it can be taken back.

        Raises:
            InvalidValue: If the horizon lies in the future.
        """
        if horizon > now:
            raise InvalidValue(
                f"The horizon {written_out(horizon)} lies in the future.",
                hint="Keep some time before now, such as 365d.",
            )
        size = self._database.size
        with self._database.transaction(raises_revision=False):
            before = self._log.horizon
            if before is not None and before >= horizon:
                return Compacted(before, 0, 0)
            first = self._first_kept(horizon)
            removed = self._log.drop_before(first)
            self._log.set_horizon(horizon)
        self._database.scrub()
        return Compacted(horizon, removed, max(size - self._database.size, 0))

    def _first_kept(self, horizon: float) -> int:
        first = self._log.first_after(horizon)
        if first is None:
            return self._database.revision + 1
        while True:
            # Its operation may have begun earlier, in the middle of yet another one.
            earliest = self._database.value(
                "SELECT min(revision) FROM changes WHERE operation IN"
                " (SELECT operation FROM changes WHERE revision >= ?)",
                (first,),
            )
            if earliest == first:
                return first
            first = int(earliest)
