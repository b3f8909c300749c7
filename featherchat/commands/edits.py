"""Edits of files: a person is asked about each, beside the decisions that it is about."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from featherchat.chat.editing import Review
from featherchat.code.file_changes import FileChange
from featherchat.commands.guard import Guarded, guard_edit
from featherchat.commands.guard_words import (
    contradiction_lines,
    decision_words,
    outcome_words,
)
from featherchat.commands.signs import ACCEPTED, title_words
from featherchat.commands.why import why
from featherchat.memory import is_in_force
from featherchat.project import Project
from featherchat.recall.context import short_id

MOST_BEHIND = 5
"""Decisions that are named because earlier changes carried them out."""


@dataclass(frozen=True, slots=True)
class HeldEdit:
    """An edit as a person is asked about it."""

    change: FileChange
    found: Guarded
    """What the decisions in force say about it."""

    behind: tuple[str, ...] = ()
    """Decisions in force that earlier changes of the file carried out, a line each."""

    @property
    def title(self) -> str:
        """What is asked, with how many lines come and go."""
        verb = "Create" if self.change.before is None else "Edit"
        return f"{verb} {self.change.name}? (+{len(self.change.added)} −{self.change.removed})"

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions that the file stands under, a line each, with what they decided."""
        governing = (
            f"{decision_words(each)} {outcome_words(each.binding.decision)}".rstrip()
            for each in self.found.governed
        )
        return (*governing, *self.behind)

    @property
    def contradictions(self) -> tuple[str, ...]:
        """What goes against a decision, with the decision and its words, line by line."""
        return tuple(
            line for each in self.found.contradictions for line in contradiction_lines(each)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person says to an edit."""

    agreed: bool
    why: str = ""
    """Why not, for the model."""

    rest: bool = False
    """Whether the other edits of this turn are agreed to, too, unless they contradict something."""


AskAboutEdit = Callable[[HeldEdit], Awaitable[Answer]]


class EditReview:
    """Asks about the edits of one turn: make one for each."""

    def __init__(self, project: Project, ask: AskAboutEdit) -> None:
        self._project = project
        self._ask = ask
        self._rest = False

    async def __call__(self, change: FileChange) -> Review:
        """Hold an edit against the decisions, and ask about it."""
        found = await guard_edit(self._project, change)
        held = HeldEdit(change, found, await _behind(self._project, change, found))
        answer = Answer(agreed=True)
        if not self._rest or held.contradictions:
            answer = await self._ask(held)
            self._rest = self._rest or answer.rest
        return Review(answer.agreed, answer.why, (*held.decisions, *held.contradictions))


async def _behind(project: Project, change: FileChange, found: Guarded) -> tuple[str, ...]:
    """What the file is as it is for, where no record states that it governs it."""
    if project.repository is None or change.before is None:
        return ()
    told = {each.binding.memory_id for each in found.governed}
    lines: list[str] = []
    for step in (await why(project, change.name)).steps:
        for reason in step.reasons:
            decision = (reason.link.memory, *reason.superseded_by)[-1]
            standing = decision.kind, decision.status, decision.adr_status
            if decision.id not in told and is_in_force(*standing):
                told.add(decision.id)
                words = f"{ACCEPTED.mark} {title_words(decision)} · m:{short_id(decision.id)}"
                lines.append(f"{words} · carried out here by {step.commit[:7]}")
    return tuple(lines[:MOST_BEHIND])


async def revert(project: Project, path: str = "") -> FileChange:
    """Take back the last edit that was agreed to, or the last one of a file.

    Raises:
        NothingFound: If there is none.
        InvalidValue: If the file has changed since.
    """
    return await asyncio.to_thread(project.edits.take_back, path)
