"""Which candidates a person has looked at, and the end of those that nobody did.

A look is no change: it is not logged and raises no revision. Nothing here is
loaded but the store, because it is asked at each start.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import Memory, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

UNSEEN_DAYS = 90
"""After so many days a candidate that nobody listed or opened is retired."""

_SEEN = "inbox seen"
_SWEPT = "inbox swept"
_CANDIDATES = Filter(statuses=(Status.CANDIDATE,))


def mark_seen(store: SqliteStore, ids: Iterable[str], at: float) -> None:
    """Note that a person has looked at candidates."""
    if store.database.read_only is not None:
        return
    living = {each.id for each in store.find(_CANDIDATES)}
    seen = {each: at for each in ids if each in living}
    marks = {each: when for each, when in _marks(store).items() if each in living} | seen
    if seen:
        store.settings.put(_SEEN, json.dumps(marks))


def retire_unseen(store: SqliteStore, cause: Cause) -> list[Memory]:
    """Retire the candidates that nobody has looked at for 90 days; once a day at most."""
    swept = store.settings.get(_SWEPT)
    if store.database.read_only is not None or (
        swept is not None and float(swept) > cause.at - SECONDS_PER_DAY
    ):
        return []
    store.settings.put(_SWEPT, repr(cause.at))
    before = cause.at - UNSEEN_DAYS * SECONDS_PER_DAY
    marks = _marks(store)
    unseen = [
        replace(each, status=Status.RETIRED, valid_to=cause.at)
        for each in store.find(replace(_CANDIDATES, until=before))
        if marks.get(each.id, 0.0) < before
    ]
    if unseen:
        store.put(unseen, cause)
    return unseen


def _marks(store: SqliteStore) -> dict[str, float]:
    found: dict[str, float] = json.loads(store.settings.get(_SEEN) or "{}")
    return found
