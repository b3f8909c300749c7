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
from featherchat.project import Project


@dataclass(frozen=True, slots=True)
class HeldEdit:
    """An edit as a person is asked about it."""

    change: FileChange
    found: Guarded
    """What the decisions in force say about it."""

    @property
    def title(self) -> str:
        """What is asked, with how many lines come and go."""
        verb = "Create" if self.change.before is None else "Edit"
        return f"{verb} {self.change.name}? (+{len(self.change.added)} −{self.change.removed})"

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions that govern the file, a line each, with what they decided."""
        return tuple(
            " ".join(part for part in (decision_words(each), outcome_words(each.binding.decision)))
            for each in self.found.governed
        )

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
        held = HeldEdit(change, await guard_edit(self._project, change))
        answer = Answer(agreed=True)
        if not self._rest or held.contradictions:
            answer = await self._ask(held)
            self._rest = self._rest or answer.rest
        return Review(answer.agreed, answer.why, (*held.decisions, *held.contradictions))


async def revert(project: Project, path: str = "") -> FileChange:
    """Take back the last edit that was agreed to, or the last one of a file.

    Raises:
        NothingFound: If there is none.
        InvalidValue: If the file has changed since.
    """
    return await asyncio.to_thread(project.edits.take_back, path)
