"""What a new decision repeats or contradicts, before it is recorded."""

from featherchat.capture.contradictions import MOST_SHOWN, Verdict, sweep
from featherchat.capture.judging import Relation
from featherchat.commands.adr_places import governs, the_decision
from featherchat.commands.decisions import NewDecision, fitted
from featherchat.commands.signs import title_words
from featherchat.commands.wording import shown_line
from featherchat.decisions import Decision
from featherchat.memory import AdrStatus, Kind, Status
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Filter

WEIGHTY = (Relation.SUPERSEDES, Relation.CONTRADICTS, Relation.DUPLICATE)
"""What a person should have an answer to before they decide anew."""


_NEAR_ENOUGH = 0.6
"""The share of the nearest one's relevance from which on others are named beside it."""

_IN_FORCE = Filter(
    kinds=(Kind.DECISION,),
    statuses=(Status.ACTIVE,),
    attributes={"adr_status": AdrStatus.ACCEPTED.value},
)


async def sweep_decision(project: Project, new: NewDecision) -> tuple[Verdict, ...]:
    """Up to three decisions in force, or options they rejected, that a new one meets.

    First what its title and outcome repeat, refine or contradict, the weightiest first; then
    what governs the same code or is about the same. What it supersedes itself is not named.

    Raises:
        InvalidValue: If it could not be recorded anyway.
        NothingFound: If it names a decision that is not there.
    """
    decision = fitted(project, new.decision)
    replaced = {(await the_decision(project, each)).id for each in new.supersedes}
    found: dict[str, Verdict] = {}
    for text in dict.fromkeys((decision.title, decision.outcome)):
        for verdict in await sweep(project.memories, project.retriever, text) if text else ():
            known = found.get(verdict.memory.id)
            if known is None or _order(verdict) < _order(known):
                found[verdict.memory.id] = verdict
    for beside in (*await _governing(project, decision), *await _nearest(project, decision)):
        found.setdefault(beside.memory.id, beside)
    chosen = [each for each in found.values() if each.memory.id not in replaced]
    return tuple(sorted(chosen, key=_order)[:MOST_SHOWN])


def verdict_words(verdict: Verdict) -> str:
    """A verdict with its reason: ``contradicts m:4kx2p9 Use Redis: the pool size differs``."""
    memory = verdict.memory
    word = {
        Relation.DUPLICATE: "repeats",
        Relation.UNRELATED: "is near",
    }.get(verdict.verdict, verdict.verdict.value)
    reason = f": {shown_line(verdict.reason)}" if verdict.reason else ""
    return f"{word} m:{short_id(memory.id)} {title_words(memory)}{reason}"


async def _governing(project: Project, decision: Decision) -> list[Verdict]:
    """Those in force that say to govern what the new one governs."""
    if not decision.governs:
        return []
    found: list[Verdict] = []
    for memory in await project.memories.find(_IN_FORCE):
        shared = [path for path in decision.governs if governs(memory, path.partition("#")[0])]
        if shared:
            reason = f"it governs {shared[0]}, too"
            found.append(Verdict(memory, Relation.UNRELATED, reason, 1.0))
    return found


async def _nearest(project: Project, decision: Decision) -> list[Verdict]:
    """Those in force that memory names when it is asked for what the new one says."""
    question = f"{decision.title} {decision.outcome}"
    recall = await project.retriever.recall(question, MOST_SHOWN, _IN_FORCE)
    near = [(each.memory, each.parts.relevance) for each in recall.found]
    least = _NEAR_ENOUGH * max((relevance for _, relevance in near), default=0.0)
    return [
        Verdict(memory, Relation.UNRELATED, "", relevance)
        for memory, relevance in near
        if relevance >= least
    ]


def _order(verdict: Verdict) -> tuple[int, float, str]:
    return (tuple(Relation).index(verdict.verdict), -verdict.score, verdict.memory.id)
