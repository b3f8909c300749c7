"""How strong every memory is now, and when it will have faded, for a hundred thousand at once.

The formulas are those of ``ranking.py`` on arrays; a test holds the two together. What does
not change with the settings is laid out once, so that a slider can ask again at each step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import CHANGED_VALIDITY, Kind, trust_of
from featherchat.ranking import FADED, DecayPolicy
from featherchat.recollection import Outline

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

        # Properties are asked of decisions alone, and trust once for those that are alike: a
        # hundred thousand take 0.2 s else.
        kinds = [each.kind for each in outlines]
        statuses = [each.status for each in outlines]
        self._kinds = sorted(set(kinds))
        numbers = {kind: number for number, kind in enumerate(self._kinds)}
        self._kind = np.array([numbers[kind] for kind in kinds], dtype=np.int64)
        held = [each.held if each.kind == Kind.DECISION else each.pinned for each in outlines]
        self._held = np.array(held, dtype=np.bool_)
        self.created_at = column([each.created_at for each in outlines])
        self.recall_count = np.array([each.recall_count for each in outlines], dtype=np.int64)
        self.stickiness: Floats = 1.0 + np.log1p(self.recall_count)
        self.importance = column([each.importance for each in outlines])
        authors = [each.author for each in outlines]
        trusts = {each: trust_of(*each) for each in set(zip(statuses, authors, strict=True))}
        trust = [trusts[each] for each in zip(statuses, authors, strict=True)]
        changed = np.array([each.changed for each in outlines], dtype=np.bool_)
        validity = np.where(changed, CHANGED_VALIDITY, 1.0)
        self.weight = self.importance * column(trust) * validity

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
        half_life: Floats = np.where(
            self._held, np.inf, by_kind[self._kind] if len(by_kind) else np.empty(0)
        )
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
