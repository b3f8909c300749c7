"""How the way from a line to a decision reads, line by line, for every face."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from featherchat.commands.deployments import Deployment
from featherchat.commands.links import is_suggested
from featherchat.commands.links import to_record as to_link_record
from featherchat.commands.memories import Linked, to_record
from featherchat.commands.signs import relation_words, sign_of, title_words
from featherchat.commands.why import Reason, Step, Why
from featherchat.commands.wording import counted, date_words, kind_words, shown_line
from featherchat.memory import Memory
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts

MOST_OPTIONS = 3
"""Rejected options that are told of one decision; show tells them all."""

_BARE = re.compile(r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|part of|#|https?:)\b|#", re.I)
"""How a paragraph begins that says nothing itself: a heading, a link to an issue."""


def ranges(lines: Sequence[int]) -> str:
    """Lines as a person writes them: ``3, 7-9``."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def step_line(step: Step) -> str:
    """A change in one line: the lines, the commit, its day and what it says."""
    before = f"line{'s' * (len(step.lines) > 1)} {ranges(step.lines)} · " if step.lines else ""
    if step.change is None:
        return f"{before}{step.commit[:7]} · not in memory"
    change = step.change
    quiet = change.attributes.get("bulk")
    kind = f" · {shown_line(str(quiet))}" if quiet else ""
    commit = f"{step.commit[:7]} · " if step.commit else ""
    return (
        f"{before}{commit}{date_words(change.created_at)} · {title_words(change)}{kind}"
        f" · m:{short_id(change.id)}"
    )


def change_line(change: Memory) -> str:
    """A change without lines, in one line."""
    return step_line(Step(change.source.sha or "", change))


def link_line(link: Linked) -> str:
    """A decision that a change carries out, or may carry out, and how that was found."""
    edge = link.edge
    evidence = f": {shown_line(edge.evidence)}" if edge.evidence else ""
    how = f"{edge.origin}, {edge.confidence:.2f}{evidence}"
    if is_suggested(edge):
        return f"maybe {_memory_words(link.memory)} (by {how})"
    words = relation_words(edge.relation, link.forward)
    return f"{words} {_memory_words(link.memory)} ({how})"


def said(change: Memory) -> str:
    """The first paragraph of what a commit says behind its subject; empty if it says no more."""
    message = change.text.rpartition("\n\nChanged ")[0]
    body = message.removeprefix(change.title).strip()
    paragraphs = (part for part in body.split("\n\n") if not _BARE.match(part))
    return shown_line(" ".join(next(paragraphs, "").split()))


def reason_lines(reason: Reason) -> Iterator[str]:
    """A decision with its reason, what was rejected, and what took its place."""
    decision, edge = reason.link.memory, reason.link.edge
    how = f"{shown_line(edge.evidence)}, " if edge.evidence else ""
    yield f"caused by {_memory_words(decision)} ({how}{edge.origin}, {edge.confidence:.2f})"
    for each in reason.because[:1]:
        yield f"  because {_first_words(each)}"
    for each in reason.rejected[:MOST_OPTIONS]:
        yield f"  rejected ✕ {_option(each)} · m:{short_id(each.id)}"
    for each in reason.superseded_by:
        yield f"  superseded by {_memory_words(each)}"


def note_line(note: Memory) -> str:
    """What a person said at hand why a change was made."""
    return f"because {shown_line(' '.join(note.text.split()))} · m:{short_id(note.id)}"


def deployment_line(deployment: Deployment) -> str:
    """When a change went where, and whether it stayed."""
    back = deployment.rolled_back
    line = f"{shown_line(str(deployment.told))} · {date_words(deployment.at)}"
    if back is not None:
        reason = f": {shown_line(back.told.reason)}" if back.told.reason else ""
        line += f", rolled back {date_words(back.at)}{reason}"
    return f"{line} · m:{short_id(deployment.memory.id)}"


def ending(found: Why) -> str:
    """What is still to be said: what has no reason, and why that may be."""
    told = []
    if found.uncommitted:
        many = len(found.uncommitted) > 1
        told.append(
            f"Line{'s' * many} {ranges(found.uncommitted)} {'are' if many else 'is'} not"
            " committed yet."
        )
    if not found.has_reason:
        told.append(f"No recorded reason for {found.place}.")
    if found.waiting:
        commits = counted(found.waiting, "commit")
        told.append(f"{commits} {_are(found.waiting)} not in memory yet; run featherchat index.")
    if found.is_cut:
        told.append(
            "git misses contents of earlier commits here, so a line that was moved may be older;"
            " git fetch --refetch brings them."
        )
    return " ".join(told)


def step_record(found: Why, step: Step) -> dict[str, Any]:
    """A step as one object of ``--json``."""
    change = step.change
    return {
        "path": found.place.path,
        "lines": list(step.lines),
        "commit": step.commit,
        "at": change.created_at if change else None,
        "title": change.title if change else None,
        "said": said(change) if change else "",
        "memory": change.id if change else None,
        "reasons": [
            {
                "decision": _record(reason.link.memory),
                "origin": reason.link.edge.origin,
                "confidence": reason.link.edge.confidence,
                "evidence": reason.link.edge.evidence,
                "because": [_record(each) for each in reason.because],
                "rejected": [_record(each) for each in reason.rejected],
                "superseded_by": [_record(each) for each in reason.superseded_by],
            }
            for reason in step.reasons
        ],
        "notes": [_record(each) for each in step.notes],
        "maybe": [to_link_record(change, each) for each in step.maybe if change],
        "deployed": [_deployed(each) for each in step.deployed],
    }


def governing_line(memory: Memory) -> str:
    """A decision that states that it governs the path."""
    return f"governed by {_memory_words(memory)}"


def _memory_words(memory: Memory) -> str:
    sign = sign_of(memory)
    word = sign.word or kind_words(memory.kind)
    return f"{sign.mark} {title_words(memory)} ({word}) · m:{short_id(memory.id)}"


def _option(memory: Memory) -> str:
    """A rejected option without its decision, which stands above it."""
    named = memory.title.rpartition(": ")[2] or memory.title
    return shown_line(named.removeprefix("rejected "))


def _first_words(memory: Memory) -> str:
    body = memory.text.removeprefix(memory.title).strip() or memory.title
    return shown_line(" ".join(body.replace("**", "").split()))


def _deployed(deployment: Deployment) -> dict[str, Any]:
    told, back = deployment.told, deployment.rolled_back
    return {
        "deployment": deployment.memory.id,
        "environment": told.environment,
        "version": told.version,
        "result": told.result.value,
        "at": deployment.at,
        "rolled_back_at": back.at if back else None,
    }


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _record(memory: Memory) -> dict[str, Any]:
    return to_record(Recollection(memory, memory.importance, ScoreParts(0.0)))
