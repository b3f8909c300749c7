"""What the decay pane shows, worked out apart from the screen: order, cells and curves.

Every number comes from ``recall/fading.py``; nothing is read and nothing is written here.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featherchat.clock import SECONDS_PER_DAY
from featherchat.commands.decay import Glance
from featherchat.commands.signs import sign_of
from featherchat.commands.wording import age, bar, counted, kind_words, shown_line
from featherchat.memory import Author, Status, traits_of
from featherchat.ranking import FADED, DecayPolicy, recency, score
from featherchat.recall.fading import Fading, Forces
from featherchat.recollection import Outline
from featherchat.store.overview import Outlines
from featherchat_tui.long_table import Column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

WEEK = 7.0
"""Days within which a memory counts as fading this week."""

STRENGTH_WIDTH = 10
_FULL_STRENGTH = 2.0
_THIRDS = "▁─▔"
"""The edge in the lower, middle and upper third of a line, in signs that every font has."""

COLUMNS = (
    Column("strength", "strength", STRENGTH_WIDTH, tone="accent"),
    Column("number", "", 4, numeric=True),
    Column("sign", "", 1),
    Column("title", "memory", 0),
    Column("kind", "kind", 12, min_table=70),
    Column("age", "age", 5, numeric=True),
    Column("recalls", "recalls", 9, numeric=True, min_table=80),
    Column("recency", "recency", 9, numeric=True, min_table=80),
    Column("fades", "fades", 9, numeric=True),
    Column("importance", "importance", 12, numeric=True, min_table=120),
    Column("stickiness", "sticky", 8, numeric=True, min_table=130),
    Column("effective", "eff. age", 10, numeric=True, min_table=140),
    Column("half_life", "half-life", 11, numeric=True, min_table=140),
)
"""Of the table; a narrow screen leaves the last ones out."""

SORTS = ("strength", "fades", "age", "recalls", "importance", "recency", "kind", "title")
"""What the rows can be sorted by, in the order of the key that changes it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a person wants to see the memories."""

    typed: str = ""
    """Words that title, kind or path must have."""

    relevance: Mapping[str, float] = field(default_factory=dict)
    """How well each memory answers what was typed, by id; it is ranked by that then."""

    sort: str = "strength"
    only_fading: bool = False
    """Whether only what fades this week is shown."""

    half_life_factor: float = 1.0
    """Every half-life is multiplied by it, in the view alone."""

    time_weight: float = 0.3


class DecayRows:
    """The rows in the order in which they are shown."""

    def __init__(self, glance: Glance, now: float, policy: DecayPolicy) -> None:
        self._titles = glance.titles
        self._outlines = Outlines.of(glance.outlines)
        self._now = now
        self._policy = policy
        self._forces = Forces(self._outlines)
        self._kinds = set(self._outlines.column("kind"))
        self.shown = Shown(time_weight=policy.time_weight)
        self._order: Places
        self._fading: Fading
        self.show(self.shown)

    def __len__(self) -> int:
        return len(self._order)

    @property
    def total(self) -> int:
        """How many memories there are, shown or not."""
        return len(self._titles)

    @property
    def fading_count(self) -> int:
        """How many of all fade this week."""
        return int(_within_week(self._fading).sum())

    @property
    def policy(self) -> DecayPolicy:
        """The half-lives and the time weight as the sliders have them."""
        factor = self.shown.half_life_factor
        half_lives = {
            kind: None if (days := self._policy.half_life_of(kind)) is None else days * factor
            for kind in self._kinds
        }
        return DecayPolicy(half_lives, self.shown.time_weight)

    def show(self, shown: Shown) -> None:
        """Choose and order the rows anew."""
        import numpy as np

        self.shown = shown
        self._fading = self._forces.fading(self._now, self.policy)
        admitted = np.ones(self.total, dtype=np.bool_)
        for word in shown.typed.casefold().split():
            has = [word in hay for hay in self._haystacks]
            admitted &= np.array(has, dtype=np.bool_)
        if shown.relevance:
            ids = self._outlines.column("id")
            admitted |= np.array([each in shown.relevance for each in ids], dtype=np.bool_)
        if shown.only_fading:
            admitted &= _within_week(self._fading)
        places = np.flatnonzero(admitted)
        self._order = places[np.argsort(self._keys()[places], kind="stable")]

    @functools.cached_property
    def _haystacks(self) -> list[str]:
        """What is filtered by; only a person who filters waits for it."""
        kinds, paths = self._outlines.column("kind"), self._outlines.column("path")
        return [
            f"{title}\n{kind}\n{path or ''}".casefold()
            for title, kind, path in zip(self._titles, kinds, paths, strict=True)
        ]

    def outline(self, row: int) -> Outline:
        """What is known of a row's memory."""
        return self._outlines[int(self._order[row])]

    def title(self, row: int) -> str:
        """What a row's memory is called."""
        return shown_line(self._titles[int(self._order[row])])

    def typical(self, row: int) -> Outline:
        """A new memory of a row's kind that nobody has recalled, as the kind's curve needs it."""
        kind = self.outline(row).kind
        return self.outline(row)._replace(
            status=Status.ACTIVE,
            importance=traits_of(kind).importance,
            pinned=False,
            recall_count=0,
            created_at=self._now,
            author=Author.USER,
            adr_status=None,
            changed=False,
        )

    def kind_line(self, row: int) -> str:
        """A row's kind with its half-life, and how many memories are of it."""
        kind = self.outline(row).kind
        days = self.policy.half_life_of(kind)
        fades = "does not fade" if days is None else f"half-life {days:.0f} d"
        number = self._outlines.column("kind").count(kind)
        return f"{kind_words(kind)} · {fades} · {counted(number, 'memory', 'memories')} of it"

    def row_of(self, memory_id: str) -> int:
        """Where a memory stands; 0 if it is not shown."""
        ids = self._outlines.column("id")
        return next((row for row, place in enumerate(self._order) if ids[place] == memory_id), 0)

    def cells(self, row: int) -> tuple[str, ...]:
        """The texts of a row, one a column."""
        place = int(self._order[row])
        each, fading = self._outlines[place], self._fading
        strength = float(fading.strength[place])
        half_life = float(fading.half_life[place])
        return (
            bar(strength / _FULL_STRENGTH, STRENGTH_WIDTH),
            f"{strength:.2f}",
            sign_of(each).mark,
            shown_line(self._titles[place]),
            kind_words(each.kind),
            age(self._now - each.created_at),
            str(each.recall_count),
            "held" if each.held else f"{fading.recency[place]:.2f}",
            fades_words(float(fading.fades_in[place]), suspect=each.validity < 1.0),
            f"{each.importance:.2f}",
            f"{self._forces.stickiness[place]:.1f}",
            f"{fading.effective_days[place]:.0f} d",
            "none" if math.isinf(half_life) else f"{half_life:.0f} d",
        )

    def _keys(self) -> "NDArray[np.float64]":
        """What the rows are sorted by, smallest first."""
        import numpy as np

        if self.shown.relevance:
            return -self._scores()
        if self.shown.sort in ("kind", "title"):
            words = (
                self._outlines.column("kind")
                if self.shown.sort == "kind"
                else [title.casefold() for title in self._titles]
            )
            ranks: NDArray[np.float64] = np.empty(len(words))
            ranks[sorted(range(len(words)), key=words.__getitem__)] = np.arange(len(words))
            return ranks
        forces, fading = self._forces, self._fading
        keys: Mapping[str, NDArray[np.float64]] = {
            "strength": -fading.strength,
            # What has faded already comes after what is about to.
            "fades": np.where(fading.fades_in < 0, 1e12 - fading.fades_in, fading.fades_in),
            "age": -forces.created_at,
            "recalls": -forces.recall_count.astype(np.float64),
            "importance": -forces.importance,
            "recency": -fading.recency,
        }
        return keys[self.shown.sort]

    def _scores(self) -> "NDArray[np.float64]":
        import numpy as np

        found = self.shown.relevance
        relevance = np.array([found.get(each, 0.0) for each in self._outlines.column("id")])
        return self._forces.scores(relevance, self._fading, self.shown.time_weight)


def _within_week(fading: Fading) -> "NDArray[np.bool_]":
    soon: NDArray[np.bool_] = (fading.fades_in >= 0.0) & (fading.fades_in < WEEK)
    return soon


def fades_words(days: float, *, suspect: bool = False) -> str:
    """When a memory fades: ``in 5 d``, ``in 3 y``, ``faded``, ``–`` for never."""
    if suspect:
        return "suspect"
    if math.isinf(days):
        return "–"
    return "faded" if days < 0 else f"in {age(max(days, 1 / 24) * SECONDS_PER_DAY)}"


def curve(each: Outline, now: float, policy: DecayPolicy, width: int, height: int) -> list[str]:
    """A memory's strength from its making until it has faded, as lines of blocks.

    Args:
        each: The memory.
        now: Seconds UTC; marked below the curve.
        policy: Half-lives.
        width: Columns of the drawing.
        height: Lines of blocks; the line of times below comes on top.
    """
    half_life = None if each.held else policy.half_life_of(each.kind)
    weight = each.importance * each.trust * each.validity
    lived = max(now - each.created_at, 0.0)
    until = lived * 2 + SECONDS_PER_DAY
    if half_life is not None and weight > FADED:
        sticky = 1.0 + math.log1p(each.recall_count)
        lasts = half_life * sticky * math.log2(weight / FADED) * SECONDS_PER_DAY
        until = max(lasts * 1.15, lived * 1.15, SECONDS_PER_DAY)
    ages = [until * place / max(width - 1, 1) for place in range(width)]
    values = [score(0.0, recency(a, each.recall_count, half_life), weight, 1.0) for a in ages]
    return [*_drawn(values, height), _times(lived, until, width)]


def _drawn(values: Sequence[float], height: int) -> list[str]:
    """The curve as its upper edge, over a dotted line where a memory counts as faded."""
    eighths = [min(value / _FULL_STRENGTH, 1.0) * height * 8 for value in values]
    floor = int(FADED / _FULL_STRENGTH * height)
    lines = []
    for line in range(height - 1, -1, -1):
        signs = [_edge(each - line * 8, on_floor=line == floor) for each in eighths]
        lines.append("".join(signs))
    return lines


def _edge(eighths: float, *, on_floor: bool) -> str:
    if 0 < eighths <= 8:
        return _THIRDS[min(int(eighths * 3 / 8), 2)]
    return "·" if on_floor else " "


def _times(lived: float, until: float, width: int) -> str:
    """The now, the end and the beginning below their columns, as far as there is room."""
    here = round(lived / until * (width - 1))
    end = f"in {age(until - lived)}"
    line = " " * width
    for place, words in ((here, "▲now"), (width - len(end), end), (0, f"{age(lived)} ago")):
        place = min(place, width - len(words))
        around = line[max(place - 1, 0) : place + len(words) + 1]
        if not around.strip():
            line = line[:place] + words + line[place + len(words) :]
    return line
