"""What is answered when no model is set up: the memories themselves, with their trail."""

from collections.abc import Sequence
from datetime import UTC, datetime

from featherchat.memory import Kind, Memory, Recollection, RelationType, Status
from featherchat.recall.context import short_id
from featherchat.recall.retriever import Recall, Retriever

SHOWN = 3
"""Hits that are shown with their trail; the rest are named."""

_NOTHING = (
    "No relevant memory. Nothing that was learnt or said here answers this question.\n\n"
    "*No model is set up, so memory is all there is. Set ANTHROPIC_API_KEY, or the address of an"
    " OpenAI-compatible server (`featherchat config` says how).*"
)
_LABEL = "*From memory alone: no model is set up. These are the stored words, not an answer.*"

_WORDS = {
    (RelationType.LEADS_TO, True): "because",
    (RelationType.LEADS_TO, False): "reason for",
    (RelationType.CONTRADICTS, True): "rejected",
    (RelationType.CONTRADICTS, False): "rejected by",
    (RelationType.SUPERSEDES, True): "supersedes",
    (RelationType.SUPERSEDES, False): "superseded by",
    (RelationType.CAUSES, True): "carried out by",
    (RelationType.CAUSES, False): "carries out",
}


async def answer_from_memory(retriever: Retriever, recall: Recall | None) -> str:
    """Markdown with what memory holds, labelled as such."""
    if recall is None or not recall.found:
        return _NOTHING
    hits = [each for each in recall.found if each.hop == 0]
    linked = [each for each in recall.found if each.hop > 0]
    blocks = [_LABEL]
    shown: set[str] = set()
    for hit in hits[:SHOWN]:
        if hit.memory.id not in shown:
            blocks.append(_block(hit, linked, hits))
            shown.add(hit.memory.id)
    rest = [f"- {_line(each.memory)}" for each in hits[SHOWN:] if each.memory.id not in shown]
    if rest:
        blocks.append("Also remembered:\n\n" + "\n".join(rest[:5]))
    return "\n\n".join(blocks)


def relation_in_words(relation: str, *, forward: bool) -> str:
    """How an edge reads from where one stands."""
    known = relation in set(RelationType)
    words = _WORDS.get((RelationType(relation), forward)) if known else None
    return words or relation.replace("_", " ") + ("" if forward else " (from)")


def _block(hit: Recollection, linked: Sequence[Recollection], hits: Sequence[Recollection]) -> str:
    memory = hit.memory
    text = memory.text.removeprefix(memory.title).strip()
    lines = [f"**{memory.title}**  ", _facts(memory), ""]
    lines += [f"> {line}" if line else ">" for line in text.splitlines()]
    trail = [each for each in linked if each.trail[0].from_id == memory.id]
    lines += [
        f"- *{relation_in_words(each.trail[-1].relation, forward=each.trail[-1].forward)}*:"
        f" {_line(each.memory)}"
        for each in trail
    ]
    return "\n".join(lines)


def _line(memory: Memory) -> str:
    text = " ".join(memory.text.removeprefix(memory.title).split()) or memory.title
    # Cut in the middle, a mark such as a backtick would swallow the rest of the line.
    text = text.replace("`", "").replace("*", "")
    shown = text if len(text) <= 220 else text[:219] + "…"
    return f"{memory.title}: {shown} `[m:{short_id(memory.id)}]`"


def _facts(memory: Memory) -> str:
    standing = memory.adr_status or memory.status.value
    if memory.status in (Status.SUPERSEDED, Status.CANDIDATE):
        standing = "unconfirmed" if memory.status is Status.CANDIDATE else "superseded"
    day = datetime.fromtimestamp(memory.created_at, UTC).date().isoformat()
    place = memory.source.path or memory.source.author
    if memory.source.path and memory.source.line:
        place += f":{memory.source.line}"
    kind = Kind(memory.kind).value if memory.kind in set(Kind) else memory.kind
    return (
        f"{kind.replace('_', ' ')} · {standing} · {day} · `{place}` · `[m:{short_id(memory.id)}]`"
    )
