"""What is answered when no model is set up: the memories themselves, with their trail."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from featherchat.memory import Kind, Layer, Memory, RelationType, Status
from featherchat.recall.context import short_id
from featherchat.recall.finding import Recall
from featherchat.recollection import Recollection

SHOWN = 2
"""Subjects that are shown whole at the most; the rest are named."""

CLOSE = 0.8
"""A second subject is shown whole if its score is this share of the first one's."""

ALSO = 4
"""Subjects that are named."""

PARTS = 5
"""Parts and links that are shown below a subject."""

LONGEST_PART = 240
"""Characters of a part; its id leads to the rest."""

_OUTCOMES = ("fix", "because", "cause")
"""What tells how an episode ended, the most telling first."""

_LABEL = "*From memory alone: no model is set up. These are the stored words, not an answer.*"
_LEFT_OUT = "*What is private to the developer was told, and is not kept here.*"
_NOTHING = "No relevant memory. Nothing that was learnt or said here answers this question."
_NO_MODEL = (
    "*No model is set up, so memory is all there is. Set ANTHROPIC_API_KEY, or the address of an"
    " OpenAI-compatible server (`featherchat config` says how).*"
)

_ABOUT = {
    (RelationType.CONTRADICTS, True): "rejected",
    (RelationType.SUPERSEDES, True): "supersedes",
    (RelationType.SUPERSEDES, False): "superseded by",
    (RelationType.CAUSES, True): "carried out by",
}


@dataclass(slots=True)
class _Subject:
    """A decision with its parts, or a memory that stands for itself."""

    head: Recollection
    parts: list[Recollection] = field(default_factory=list)


def shared_answer(recall: Recall | None) -> str:
    """The same for a store that others read: without what is private to the developer."""
    if recall is None or not any(map(_is_private, recall.found)):
        return answer_from_memory(recall)
    found = tuple(each for each in recall.found if not _is_private(each))
    rest = replace(recall, found=found)
    told = answer_from_memory(rest) if found or recall.episodes else _LABEL
    return f"{told}\n\n{_LEFT_OUT}"


def _is_private(found: Recollection) -> bool:
    return found.memory.layer is Layer.DEVELOPER


def answer_from_memory(recall: Recall | None) -> str:
    """Markdown with what memory holds, labelled as such."""
    if recall is None or not (recall.found or recall.episodes):
        notice = recall.notice if recall is not None else ""
        return "\n\n".join(each for each in (_NOTHING, notice, _NO_MODEL) if each)
    told = {each.memory.id for each in recall.episodes}
    subjects = _subjects(each for each in recall.found if each.memory.id not in told)
    # Who asks how often something happened is not asking for the nearest memory.
    enough = CLOSE * subjects[0].head.score if subjects and not told else math.inf
    shown = [each for each in subjects[:SHOWN] if each.head.score >= enough]
    blocks = [_LABEL, *_every_time(recall.episodes), *(_block(subject) for subject in shown)]
    rest = [_named(each.head.memory) for each in subjects[len(shown) : len(shown) + ALSO]]
    if rest:
        blocks.append("Also remembered:\n\n" + "\n".join(rest))
    return "\n\n".join(blocks)


def _every_time(episodes: Sequence[Recollection]) -> Iterable[str]:
    """Each time that it happened, with its date and how it ended, the oldest first."""
    if episodes:
        times = "once" if len(episodes) == 1 else f"{len(episodes)} times, the oldest first"
        lines = "\n".join(_episode(each.memory) for each in episodes)
        yield f"**It happened {times}:**\n\n{lines}"


def _episode(memory: Memory) -> str:
    outcome = next(
        (f"{label}: {said}" for label in _OUTCOMES if (said := memory.attributes.get(label))), ""
    )
    words = outcome or _cut(memory.text.removeprefix(memory.title))
    ended = f" — {_cut(words)}" if words else ""
    sign = _standing(memory)
    facts = [_day(memory), memory.kind.replace("_", " "), *([sign] if sign else [])]
    return f"- {' · '.join(facts)} · **{memory.title}**{ended} `[m:{short_id(memory.id)}]`"


def _subjects(found: Iterable[Recollection]) -> list[_Subject]:
    """Hits in their order, the parts of one record under its decision, links under their end."""
    subjects: dict[str, _Subject] = {}
    places: dict[str, str] = {}
    for each in found:
        memory = each.memory
        key = _record_of(memory) or memory.id
        if each.trail and key not in subjects:
            key = places.get(each.trail[0].from_id, key)
        places[memory.id] = key
        subject = subjects.get(key)
        if subject is None:
            subjects[key] = _Subject(each)
        elif _is_head_of(memory, subject):
            subject.parts.insert(0, subject.head)
            subject.head = each
        else:
            subject.parts.append(each)
    return list(subjects.values())


def _record_of(memory: Memory) -> str | None:
    in_record = memory.kind in (Kind.DECISION, Kind.RATIONALE, Kind.ALTERNATIVE)
    return memory.source.path if in_record else None


def _is_head_of(memory: Memory, subject: _Subject) -> bool:
    """Whether a decision was found after a part of its record."""
    head = subject.head.memory
    same_record = _record_of(memory) == _record_of(head)
    return same_record and memory.kind == Kind.DECISION and head.kind != Kind.DECISION


def _block(subject: _Subject) -> str:
    memory = subject.head.memory
    text = memory.text.removeprefix(memory.title).strip()
    lines = [f"**{memory.title}**  ", _facts(memory), ""]
    lines += [f"> {line}" if line else ">" for line in text.splitlines()]
    ordered = sorted(subject.parts, key=_place)
    parts = [f"- *{_about(each, memory)}*: {_shortened(each.memory)}" for each in ordered]
    if parts:
        lines += ["", *parts[:PARTS]]
    if len(parts) > PARTS:
        lines.append(f"- and {len(parts) - PARTS} more: `/show {short_id(memory.id)}`")
    return "\n".join(lines)


def _place(part: Recollection) -> int:
    """Why, what replaced it, what was rejected, then the rest; each as it was found."""
    memory = part.memory
    if memory.kind == Kind.RATIONALE:
        return 0 if memory.title.endswith(": why") else 3
    return 2 if memory.kind == Kind.ALTERNATIVE else 1


def _about(part: Recollection, head: Memory) -> str:
    """How a part belongs to the memory above it."""
    title = part.memory.title.removeprefix(head.title).lstrip(": ")
    if part.trail and part.memory.kind != Kind.RATIONALE:
        step = part.trail[-1]
        known = step.relation in set(RelationType)
        words = _ABOUT.get((RelationType(step.relation), step.forward)) if known else None
        if words is None:
            return step.relation.replace("_", " ")
        if part.memory.kind != Kind.ALTERNATIVE:
            return f"{words} {title}"
    return title or "why"


def _shortened(memory: Memory) -> str:
    text = " ".join(memory.text.removeprefix(memory.title).split()) or memory.title
    if memory.kind == Kind.ALTERNATIVE:
        # Its name stands in front already: "Rejected: MongoDB. No audit trail."
        text = text.removeprefix("Rejected: ").partition(". ")[2] or text
    return f"{_cut(text)} `[m:{short_id(memory.id)}]`"


def _cut(text: str) -> str:
    """The beginning of a text on one line; its memory's id leads to the rest."""
    # Cut in the middle, a mark such as a backtick would swallow the rest of the line.
    line = " ".join(text.replace("`", "").replace("*", "").split()).removeprefix("- ")
    return line if len(line) <= LONGEST_PART else line[: LONGEST_PART - 1] + "…"


def _named(memory: Memory) -> str:
    return f"- **{memory.title}** · {_facts(memory)}"


def _facts(memory: Memory) -> str:
    place = memory.source.path or memory.source.author
    if memory.source.path and memory.source.line:
        place += f":{memory.source.line}"
    facts: Sequence[str] = (
        memory.kind.replace("_", " "),
        _standing(memory),
        _day(memory),
        f"`{place}`",
        f"`[m:{short_id(memory.id)}]`",
    )
    return " · ".join(fact for fact in facts if fact)


def _standing(memory: Memory) -> str:
    if memory.status in (Status.SUPERSEDED, Status.CANDIDATE):
        return "unconfirmed" if memory.status is Status.CANDIDATE else "superseded"
    return memory.adr_status or ""


def _day(memory: Memory) -> str:
    return datetime.fromtimestamp(memory.created_at, UTC).date().isoformat()
