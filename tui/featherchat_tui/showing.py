"""From the core's values to the widgets': status, decision cards, past turns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.commands.wording import counted
from featherchat.memory import Kind
from featherchat.memory import Status as MemoryStatus
from featherchat.messages import TurnStatus, Usage
from featherchat.providers.models import cost, known_model
from featherchat.recollection import Filter
from featherchat_tui.values import DecisionCard, Link, PastTurn, Progress, Status

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project
    from featherchat.store.transcripts import Turn

_ENDINGS = {
    TurnStatus.CUT: "The answer was cut off.",
    TurnStatus.CANCELLED: "You cancelled this answer.",
    TurnStatus.REFUSED: "The model declined to answer.",
    TurnStatus.FAILED: "This turn failed.",
    TurnStatus.STREAMING: "The answer was cut off.",
}


async def status_of(
    project: "Project",
    branch: str | None,
    turns: Sequence["Turn"],
    memory_tokens: int,
    embedding: Progress | None,
) -> Status:
    """What the status line says now."""
    counts = await project.counts()
    model = project.model
    known = known_model(model) if model else None
    last = next((turn.usage for turn in reversed(turns) if turn.usage != Usage()), None)
    used = last.context_tokens + last.output_tokens if last else 0
    prices = [cost(turn.model, turn.usage) for turn in turns if turn.usage != Usage()]
    spent = [price for price in prices if price is not None]
    return Status(
        project.name,
        branch,
        model or None,
        used / known.context if known and used else None,
        memory_tokens / known.context if known and used else None,
        sum(spent) if spent else None,
        counts.total,
        counts.candidates + await _reviews(project),
        counts.pending if embedding is None and not project.memories.notice else 0,
        embedding,
        "words only" if project.memories.notice else "",
        await _learning_share(project) if model else None,
    )


async def _reviews(project: "Project") -> int:
    """How much of what a person said may contradict something: it waits in the inbox, too."""
    from featherchat.capture.gate import REVIEW

    where = Filter(statuses=(MemoryStatus.ACTIVE,), attributes={REVIEW: True})
    return len(await project.memories.find(where))


async def _learning_share(project: "Project") -> float | None:
    """The part of the day's budget for learning that is spent; None if none is spent yet."""
    spending = await project.learning.spending()
    return spending.spent / spending.limit if spending.limit and spending.spent else None


async def decision_cards(project: "Project") -> tuple[DecisionCard, ...]:
    """Every decision with what it is linked to, for the pane; its own reasons are its text."""
    from featherchat.commands.decisions import list_decisions
    from featherchat.commands.links import is_told
    from featherchat.commands.long_options import later_pieces

    cards = []
    for view in await list_decisions(project):
        hidden = later_pieces(link.memory for link in view.linked)
        links = tuple(
            Link(each.edge.relation, each.forward, each.memory)
            for each in view.linked
            if each.memory.kind != Kind.RATIONALE
            and is_told(each.edge)
            and each.memory.id not in hidden
        )
        cards.append(DecisionCard(view.memory, links))
    return tuple(cards)


async def beginning(project: "Project", example: str) -> str:
    """What an empty page says: what there is, and where to begin; empty if there is nothing."""
    from featherchat.commands.sessions import list_sessions

    counts = await project.counts()
    if not counts.total:
        return ""
    decisions = len(await project.memories.find(Filter(kinds=(Kind.DECISION,))))
    talks = await list_sessions(project)
    known = [
        counted(counts.total, "memory", "memories"),
        *([counted(decisions, "decision")] if decisions else []),
        *([counted(len(talks), "conversation")] if talks else []),
    ]
    ask = f"Press ↵ to ask: *{example}*" if example else "Ask anything about this project."
    without = "" if project.model else " No model is set up: memory answers alone."
    keys = (
        "F3 decisions",
        "F4 what fades",
        "F5 code changes",
        "F6 conversations",
    )
    return f"{' · '.join(known)}\n\n{ask}{without}\n\n{' · '.join(keys)}"


def past_turn(turn: "Turn") -> PastTurn:
    """A stored turn, as the conversation shows it again."""
    seconds = None if turn.finished_at is None else turn.finished_at - turn.created_at
    return PastTurn(
        turn.prompt,
        turn.created_at,
        turn.answer,
        turn.model,
        seconds,
        cost(turn.model, turn.usage) if turn.model else None,
        _ENDINGS.get(turn.status, ""),
    )
