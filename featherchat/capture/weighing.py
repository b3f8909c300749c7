"""How likely each of some decisions is what a change carries out, and what says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from featherchat.capture.clues import NO_CLUE, Clue
from featherchat.clock import SECONDS_PER_DAY
from featherchat.ranking import LinkClues, link_confidence

UNKNOWN_COSINE = 0.6
"""Of a decision whose meaning was not asked: that of most which are no reason."""

TELLING = 0.3
"""Below this, files say less than words and meaning do."""

FLOOR = 0.03
"""A confidence below this is not worth a look.

At 0.05 three of 203 commits lost their decision, for a third of a row less on those that
carry out none (``benchmarks/links.py``).
"""

SHARE = 0.1
"""Nor is what is so much less likely than the likeliest: a tenth of the rows, and no hit."""


LIKELY = 0.3
"""From this confidence on a suggestion is told unasked: of those below three of four are wrong.

What is fainter is shown with its change alone.
"""


@dataclass(frozen=True, slots=True)
class Lead:
    """A decision as recall brought it, or as files led to it."""

    decision: str
    age: float
    """Seconds since it was decided or changed."""

    score: float = 0.0
    cosine: float = UNKNOWN_COSINE
    """Of its nearest part."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the files of a change say, by decision."""

    named: Mapping[str, Clue] = field(default_factory=dict)
    governed: Mapping[str, Clue] = field(default_factory=dict)
    overlap: Mapping[str, Clue] = field(default_factory=dict)

    @property
    def telling(self) -> frozenset[str]:
        """The decisions of which files say enough by themselves."""
        kinds = (self.named, self.governed, self.overlap)
        return frozenset(
            key for kind in kinds for key, clue in kind.items() if clue.value >= TELLING
        )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A decision that a change may carry out."""

    decision: str
    confidence: float
    origin: str
    """What says most: path, overlap or semantic."""

    evidence: str
    clues: LinkClues


def weighed(leads: Sequence[Lead], said: Said, decisions: int) -> list[Suggestion]:
    """Every lead as a suggestion, the likeliest first.

    Args:
        leads: Those that anything speaks for.
        said: What the files of the change say.
        decisions: How many there were, also those that nothing speaks for.
    """
    found = []
    for place, lead in enumerate(leads):
        others = [*leads[:place], *leads[place + 1 :]]
        if not others and decisions > 1:
            # Of the rest nothing is known but that recall did not bring them.
            others = [replace(lead, score=0.0)]
        clues = LinkClues(
            lead.cosine,
            lead.cosine - (fmean(each.cosine for each in others) if others else lead.cosine),
            lead.score - max((each.score for each in others), default=lead.score),
            said.overlap.get(lead.decision, NO_CLUE).value,
            said.named.get(lead.decision, NO_CLUE).value,
            lead.age / SECONDS_PER_DAY,
            said.governed.get(lead.decision, NO_CLUE).value,
        )
        origin, evidence = _told(lead, said)
        found.append(Suggestion(lead.decision, link_confidence(clues), origin, evidence, clues))
    return sorted(found, key=lambda each: (-each.confidence, each.decision))


def worth_a_look(found: Sequence[Suggestion], floor: float = FLOOR) -> list[Suggestion]:
    """Those that are likely enough, also beside the first one."""
    least = max(floor, SHARE * found[0].confidence) if found else floor
    return [each for each in found if each.confidence >= least]


def _told(lead: Lead, said: Said) -> tuple[str, str]:
    """The kind of evidence that says most, and its words."""
    by_path = said.governed.get(lead.decision, NO_CLUE)
    by_path = by_path.better(said.named.get(lead.decision, NO_CLUE))
    overlap = said.overlap.get(lead.decision, NO_CLUE)
    if max(by_path.value, overlap.value) < TELLING:
        asked = lead.cosine != UNKNOWN_COSINE
        return "semantic", f"cosine {lead.cosine:.2f}" if asked else "the same words"
    if by_path.value >= overlap.value:
        return "path", by_path.words
    return "overlap", overlap.words
