"""What was proposed and not learnt: counts by step and reason, and the words of the last few.

A health figure, not a memory: it is not logged, raises no revision and cannot be
taken back. Of what was forgotten for good no word may be left here either.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from featherchat.store.database import Database
from featherchat.store.settings import Settings

if TYPE_CHECKING:
    # The values of a turn cost 10 ms of start-up.
    from featherchat.messages import Refusal

KEPT = 5
"""So many of the last refusals keep their words."""

_MOST_REASONS = 60
_KEY = "refusals"
_PARTICULAR = re.compile(r"\b[0-9A-Z]{20,}\b|\d[\d.,]*|(?<= kind ).*$")


@dataclass(frozen=True, slots=True)
class Refused:
    """How much the gate has refused in this store."""

    counts: tuple[tuple[str, str, int], ...] = ()
    """Step, reason and how often, the most frequent first."""

    last: tuple[tuple[str, str, str], ...] = ()
    """Step, reason and first words of the last few, the newest first."""


class Refusals:
    """The refusals of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settings = Settings(database)

    def add(self, refusals: "Sequence[Refusal]") -> None:
        """Count some more."""
        with self._database.transaction(raises_revision=False):
            kept = self._read()
            counts = Counter({(step, reason): n for step, reason, n in kept["counts"]})
            for each in refusals:
                key = (str(each.step), _PARTICULAR.sub("…", each.reason))
                full = len(counts) >= _MOST_REASONS and key not in counts
                counts[(key[0], "another reason") if full else key] += 1
            new = [[str(each.step), each.reason, each.text] for each in reversed(refusals)]
            self._write([[*key, n] for key, n in counts.items()], [*new, *kept["last"]][:KEPT])

    def all(self) -> Refused:
        """What was refused so far."""
        kept = self._read()
        counts = sorted(((s, r, n) for s, r, n in kept["counts"]), key=lambda c: (-c[2], c[:2]))
        return Refused(tuple(counts), tuple((s, r, text) for s, r, text in kept["last"]))

    def forget_words(self) -> None:
        """Leave the counts and no word of what was refused."""
        with self._database.transaction(raises_revision=False):
            kept = self._read()
            if kept["last"]:
                self._write(kept["counts"], [])

    def _read(self) -> dict[str, list[Any]]:
        found = self._settings.get(_KEY)
        empty: dict[str, list[Any]] = {"counts": [], "last": []}
        return empty if found is None else empty | json.loads(found)

    def _write(self, counts: Sequence[Any], last: Sequence[Any]) -> None:
        kept = {"counts": counts, "last": last}
        self._settings.put(_KEY, json.dumps(kept, ensure_ascii=False))
