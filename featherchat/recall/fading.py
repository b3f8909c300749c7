"""How strong every memory is now, and when it will have faded, for a hundred thousand at once.

The formulas are those of ``ranking.py`` on arrays; a test holds the two together. What does
not change with the settings is laid out once, so that a slider can ask again at each step.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import CHANGED_VALIDITY, is_in_force, trust_of
from featherchat.ranking import FADED, DecayPolicy
from featherchat.recollection import Outline
from featherchat.store.overview import Outlines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fading:
    """Each array has one number a memory, in the order that was given."""

    strength: "Floats"
    recency: "Floats"
    effective_days: "Floats"
    """The age divided by the stickiness."""

    half_life: "Floats"
    """Days; infinite for what does not decay."""

    fades_in: "Floats"
    """Days until the strength is ``FADED``; infinite for never, below 0 for what has faded."""


class Forces:
    """What the strengths of some memories follow from, laid out for quick questions."""

    def __init__(self, outlines: Sequence[Outline]) -> None:
        import numpy as np

        def column(values: Sequence[float]) -> "Floats":
            return np.array(values, dtype=np.float64)

        # By columns, and once for those that are alike: row by row, a hundred thousand take
        # 0.2 s.
        columns = Outlines.of(outlines)
        words = [columns.column(name) for name in ("kind", "status", "author", "adr_status")]
        numbers: dict[tuple[str, str, str, str | None], int] = defaultdict(count().__next__)
        alike = map(numbers.__getitem__, zip(*words, strict=True))
        self._alike = np.fromiter(alike, dtype=np.int64, count=len(columns))
        self._kinds = [kind for kind, *_ in numbers]
        in_force = np.array([is_in_force(kind, status, adr) for kind, status, _, adr in numbers])
        trust = column([trust_of(status, author) for _, status, author, _ in numbers])
        self._held = np.array(columns.column("pinned"), dtype=np.bool_)
        self._held |= in_force.astype(np.bool_)[self._alike]
        self.created_at = column(columns.column("created_at"))
        self.recall_count = np.array(columns.column("recall_count"), dtype=np.int64)
        self.stickiness: Floats = 1.0 + np.log1p(self.recall_count)
        self.importance = column(columns.column("importance"))
        changed = np.array(columns.column("changed"), dtype=np.bool_)
        validity = np.where(changed, CHANGED_VALIDITY, 1.0)
        self.weight = self.importance * trust[self._alike] * validity

    def fading(self, now: float, policy: DecayPolicy) -> Fading:
        """The strengths at a time, under some half-lives.

        Args:
            now: Seconds UTC.
            policy: Half-lives; its time weight is not asked.
        """
        import numpy as np

        by_kind = np.array(
            [policy.half_life_of(kind) or np.inf for kind in self._kinds], dtype=np.float64
        )
        half_life: Floats = np.where(self._held, np.inf, by_kind[self._alike])
        effective = np.maximum(now - self.created_at, 0.0) / SECONDS_PER_DAY / self.stickiness
        recency: Floats = np.exp2(-effective / half_life)
        with np.errstate(divide="ignore", invalid="ignore"):
            lasts = half_life * np.log2(self.weight / FADED)
        lasts = np.where(np.isinf(half_life), np.inf, np.maximum(lasts, 0.0))
        return Fading(
            recency * self.weight,
            recency,
            effective,
            half_life,
            (lasts - effective) * self.stickiness,
        )

    def scores(self, relevance: "Floats", fading: Fading, time_weight: float) -> "Floats":
        """The adaptive score of each, for relevances from 0 to 1 in the same order."""
        found: Floats = (1.0 - time_weight) * relevance + time_weight * fading.recency
        return found * self.weight
