"""The decisions that a change may carry out: since when, what they name, what they govern."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from featherchat.capture.clues import GovernedCode, NamedFiles
from featherchat.decisions.dates import date_in
from featherchat.memory import AdrStatus, Kind, Memory, Status
from featherchat.recall.heads import PART_OF
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter

_CHANGELOG = re.compile(r": (?:change ?log|(?:revision |document )?history|revisions)$", re.I)
"""How the title of the part ends that says when a record was drawn up and changed."""

_OVER = frozenset({AdrStatus.REJECTED, AdrStatus.DEPRECATED, AdrStatus.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class KnownDecisions:
    """The decisions that can be suggested, as they are at the start of a run."""

    times: Mapping[str, tuple[float, ...]]
    """When each was drawn up and changed, the first time first, in seconds UTC, by id."""

    of_part: Mapping[str, str]
    """The decision of each of its parts, and of itself."""

    files: NamedFiles
    governed: GovernedCode
    changes: int = 0
    """How many code changes there are."""

    def age(self, decision: str, at: float) -> float:
        """Seconds since it was last decided on before a time; 0 if that was later."""
        return min((at - each for each in self.times[decision] if each <= at), default=0.0)


async def known_decisions(memories: Memories) -> KnownDecisions | None:
    """The decisions that can be suggested; None if there are none."""
    heads = {
        each.id: each
        for each in await memories.find(Filter(kinds=(Kind.DECISION,)))
        if is_in_force(each)
    }
    if not heads:
        return None
    of_part = dict(zip(heads, heads, strict=True)) | {
        edge.target_id: edge.source_id
        for edge in await memories.edges_of(list(heads))
        if edge.relation in PART_OF and edge.source_id in heads and edge.target_id not in heads
    }
    parts: dict[str, list[Memory]] = {}
    for key, memory in (await memories.get(list(of_part))).items():
        parts.setdefault(of_part[key], []).append(memory)
    return KnownDecisions(
        {key: _times(each, parts.get(key, ())) for key, each in heads.items()},
        of_part,
        await asyncio.to_thread(
            NamedFiles.of, {key: [each.text for each in found] for key, found in parts.items()}
        ),
        GovernedCode(
            {key: each.anchors for key, each in heads.items() if each.anchors},
            {key: names for key, each in heads.items() if (names := _symbols(each))},
        ),
    )


def is_in_force(decision: Memory) -> bool:
    """Whether a change can still carry a decision out."""
    return decision.status is Status.ACTIVE and decision.adr_status not in _OVER


def _times(decision: Memory, parts: Iterable[Memory]) -> tuple[float, ...]:
    """A record is often committed weeks after it was drawn up, with the work that it is about."""
    logs = [each.text for each in parts if _CHANGELOG.search(each.title)]
    days = [date_in(line) for log in logs for line in log.split("\n")]
    stated = {datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() for day in days if day}
    return tuple(sorted(stated | {decision.created_at}))


def _symbols(decision: Memory) -> tuple[str, ...]:
    named = decision.attributes.get("symbols")
    return tuple(name for name in str(named or "").split(", ") if name)
