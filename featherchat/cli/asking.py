"""The command ask: one turn in the shell, also from a pipe."""

import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import click

from featherchat.chat.editing import EDIT_FILE, ReviewEdit
from featherchat.chat.session import Session
from featherchat.cli.group import in_project, narrate, put
from featherchat.commands.memories import to_record
from featherchat.commands.signs import alike_words, title_words
from featherchat.commands.wording import counted, dollars, shown, shown_line
from featherchat.errors import ExitCode, FeatherchatError, InvalidValue, NothingFound
from featherchat.messages import (
    Learned,
    MemoriesRecalled,
    Retrying,
    TextDelta,
    ToolCall,
    ToolCalled,
    ToolFinished,
    TurnFailed,
    TurnFinished,
)
from featherchat.project import Project
from featherchat.recall.context import rejection_words, short_id


@click.command()
@click.argument("question", nargs=-1)
@click.option("--no-memory", is_flag=True, help="Do not recall, and do not learn.")
@click.option("--json", "as_json", is_flag=True, help="One object with the whole turn.")
@click.option("-c", "--continue", "go_on", is_flag=True, help="Go on with the last conversation.")
@click.option("-r", "--resume", metavar="ID", help="Go on with this conversation.")
@click.option("--edits", is_flag=True, help="Let the model propose edits; you say yes to each.")
@click.option("--key", "give_key", is_flag=True, help="Give an Anthropic key, for this run only.")
@in_project
async def ask(
    project: Project,
    question: tuple[str, ...],
    no_memory: bool,
    as_json: bool,
    go_on: bool,
    resume: str | None,
    edits: bool,
    give_key: bool,
) -> ExitCode:
    """Ask QUESTION and print the answer. What comes through a pipe is put behind it."""
    if give_key:
        await project.use_key(click.prompt("Anthropic key", hide_input=True, err=True))
    review = _review(project) if edits else None
    asked = _whole_question(question)
    session = await _session(project, go_on=go_on, resume=resume)
    printer = _Printer(as_json=as_json)
    project.pick_up_sessions(printer.earlier.append)
    async with aclosing(session.send(asked, use_memory=not no_memory, review=review)) as events:
        async for event in events:
            printer.show(event)
    learned = await _learn(project, session, learns=not no_memory)
    printer.finish(session, learned, project.edits.standing)
    return printer.exit_code


def _review(project: Project) -> ReviewEdit:
    from featherchat.cli.agreeing import agreed_at_terminal, check_terminal
    from featherchat.commands.edits import EditReview

    check_terminal()
    return EditReview(project, agreed_at_terminal)


LEARNING_SECONDS = 10.0
"""So long a shell waits for what a model makes of the turn; the next start does it else."""


class _Printer:
    """Prints a turn: the answer to stdout as it comes, the rest to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._recalled: MemoriesRecalled | None = None
        self._ended: TurnFinished | TurnFailed | None = None
        self.exit_code = ExitCode.DONE
        self.earlier: list[Learned] = []
        """What was learnt from earlier conversations meanwhile."""

    def show(self, event: object) -> None:
        if isinstance(event, MemoriesRecalled):
            self._recalled = event
            narrate(f"recalled {len(event.recollections)} of {event.total:,}{_limits(event)}")
            for each in event.rejected:
                if each.named:
                    narrate(shown_line(rejection_words(each)))
        elif isinstance(event, TextDelta) and not self._as_json:
            put(shown(event.text), end="")
            sys.stdout.flush()
        elif isinstance(event, ToolCalled):
            narrate(shown_line(f"{event.call.name}: {_arguments(event.call)}"))
        elif isinstance(event, ToolFinished) and event.result.summary:
            narrate(shown_line(f"{event.call.name}: {event.result.summary}"))
        elif isinstance(event, Retrying):
            narrate(f"{event.reason} Trying again in {event.seconds:.0f} s.")
        elif isinstance(event, TurnFinished):
            self._ended = event
            self._finished(event)
        elif isinstance(event, TurnFailed):
            self._ended = event
            self.exit_code = ExitCode(event.exit_code)
            if event.text and not self._as_json:
                put("")
            narrate(f"{event.message}\n{event.hint}")

    def finish(self, session: Session, learned: Learned | None, edited: Sequence[str]) -> None:
        for each in (*self.earlier, *([] if learned is None else [learned])):
            self._tell(each)
        if self._as_json:
            put(json.dumps(self._record(session, learned, edited), ensure_ascii=False))

    def _tell(self, learned: Learned) -> None:
        for memory in learned.written:
            narrate(f"learned {title_words(memory)} (m:{short_id(memory.id)})")
        for memory in learned.candidates:
            narrate(f"unconfirmed {title_words(memory)} (m:{short_id(memory.id)})")
        for pair in learned.superseded:
            narrate(f"in place of {title_words(pair.old)} (m:{short_id(pair.old.id)})")
        for pair in learned.reviews:
            narrate(f"may contradict {title_words(pair.old)} (m:{short_id(pair.old.id)})")
        for near in learned.alike:
            narrate(alike_words(near))
        if learned.notice:
            narrate(learned.notice)

    def _finished(self, event: TurnFinished) -> None:
        if not self._as_json:
            put("")
        if event.notice:
            narrate(event.notice)
        if event.model:
            price = "" if event.cost is None else f", {dollars(event.cost)}"
            tokens = counted(event.usage.context_tokens + event.usage.output_tokens, "token")
            narrate(f"{event.model}, {event.seconds:.1f} s, {tokens}{price}")
        elif self._recalled is not None and not self._recalled.recollections:
            self.exit_code = ExitCode.NOTHING

    def _record(
        self, session: Session, learned: Learned | None, edited: Sequence[str]
    ) -> dict[str, Any]:
        ended = self._ended
        return {
            "answer": ended.text if ended else "",
            "model": ended.model if isinstance(ended, TurnFinished) else "",
            "error": ended.message if isinstance(ended, TurnFailed) else None,
            "session": session.head.id,
            "recalled": [to_record(r) for r in self._recalled.recollections]
            if self._recalled
            else [],
            "rejected": [each.memory.id for each in self._recalled.rejected]
            if self._recalled
            else [],
            "learned": [memory.id for memory in learned.written] if learned else [],
            "edited": list(edited),
            "candidates": [memory.id for memory in learned.candidates] if learned else [],
        }


def _arguments(call: ToolCall) -> str:
    """What a call is about; of an edit the path, since the diff follows."""
    if call.name == EDIT_FILE.name:
        return str(call.arguments.get("path", ""))
    return ", ".join(str(value) for value in call.arguments.values())


def _limits(event: MemoriesRecalled) -> str:
    return f" ({event.notice})" if event.notice else ""


async def _session(project: Project, *, go_on: bool, resume: str | None) -> Session:
    if not go_on and resume is None:
        return await project.new_session()
    session = await project.resume_session(resume)
    if session is None:
        raise NothingFound(
            "There is no such conversation.", hint="Ask without --continue to begin one."
        )
    return session


async def _learn(project: Project, session: Session, *, learns: bool) -> Learned | None:
    """Learn from the turn that just ended; a failure costs the learning, not the answer."""
    if not session.turns:
        return None
    if not learns:
        await project.learning.pass_over(session.turns[-1])
        return None
    try:
        return await project.learn_from(session.turns[-1], LEARNING_SECONDS)
    except FeatherchatError as error:
        narrate(f"Nothing was distilled: {error}")
        return None


def _whole_question(question: tuple[str, ...]) -> str:
    asked = " ".join(question)
    if not sys.stdin.isatty():
        # A log may hold anything; what is no text in it is no reason not to ask.
        piped = sys.stdin.buffer.read().decode(errors="replace").strip()
        # Fenced: what another program printed is not what this person says, and decides nothing.
        asked = f"{asked}\n\n~~~\n{piped}\n~~~" if asked.strip() and piped else asked or piped
    if not asked.strip():
        raise InvalidValue("There is no question.", hint='Ask one: featherchat ask "Why …?"')
    return asked
