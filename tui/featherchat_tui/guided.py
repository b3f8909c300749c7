"""Commands that ask before they act: forms, choices and diffs, one after the other.

Each asks with screens, calls the same verbs as the shell, and says what was done as
Markdown. What was typed into a form that is left comes back when it is opened again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from textual.screen import Screen

from featherchat.code.file_changes import write_changes
from featherchat.commands import adr_files, card, decisions
from featherchat.commands.adr_drafts import Stated
from featherchat.commands.adr_sweep import WEIGHTY, sweep_decision, verdict_words
from featherchat.commands.markdown import listed
from featherchat.commands.memories import the_living, the_memory
from featherchat.commands.signs import title_words
from featherchat.commands.slash import parse_line, run_line
from featherchat.commands.slash_card import file_of
from featherchat.commands.wording import counted
from featherchat.errors import FeatherchatError
from featherchat.memory import Kind, Status
from featherchat.recall.context import short_id
from featherchat_tui.asking import ChooseOne, ConfirmText, diff_content
from featherchat_tui.form import Field, Filled, Form

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.capture.contradictions import Verdict
    from featherchat.project import Project

Answer = TypeVar("Answer")

LEFT = "Nothing was recorded. What you typed is kept: the same command opens it again."
NOT_WRITTEN = "Nothing was written."

_STATUSES = ("proposed", "accepted")
_DECISION = (
    Field("Title", "What is decided, in a line"),
    Field("Context", "What is this about, and why now?", lines=2),
    Field("Drivers", "What matters, one a line", lines=2),
    Field("Options", "One a line: NAME, or NAME: why it was rejected", lines=3),
    Field("Outcome", "What exactly is done; or the name of an option"),
    Field("Because", "Why this one", lines=2),
    Field("Consequences", "What gets better or worse, one a line", lines=2),
    Field("Confirmation", "How one will see that it is followed"),
    Field("Deciders", "Who decided, separated by commas"),
    Field("Governs", "Paths that it is about, separated by spaces"),
    Field("Status", choices=_STATUSES),
)

_WORDS = Field("Text", "What is so", lines=8)


class Ask(Protocol):
    """Shows a screen and waits for its answer."""

    async def __call__(self, screen: Screen[Answer]) -> Answer: ...


class Guided:
    """Runs the commands that have screens of their own."""

    def __init__(self, ask: Ask, tell: Callable[[FeatherchatError], None]) -> None:
        """Keep how to ask.

        Args:
            ask: Shows a screen and waits for its answer.
            tell: Shows why a form is open again.
        """
        self.ask = ask
        self._tell = tell
        self._drafts: dict[str, tuple[str, ...]] = {}

    async def filled(
        self,
        name: str,
        form: Callable[[tuple[str, ...]], Form],
        record: Callable[[tuple[str, ...]], Awaitable[str | None]],
    ) -> str:
        """Let a person fill a form until what it says is recorded, or it is left.

        Args:
            name: What the draft is kept under.
            form: Makes the form with these texts in its fields; with none, an empty one.
            record: What is done with them; None leads back to the form.
        """
        texts = self._drafts.get(name, ())
        while True:
            filled: Filled = await self.ask(form(texts))
            texts = self._drafts[name] = filled.texts
            if not filled.saved:
                return LEFT
            try:
                done = await record(texts)
            except FeatherchatError as error:
                self._tell(error)
                continue
            if done is not None:
                del self._drafts[name]
                return done

    async def decide(self, project: "Project", title: str) -> str:
        """Record a decision, after what it repeats or contradicts was shown."""

        async def look(texts: tuple[str, ...]) -> Sequence[str]:
            return await _met(project, _stated(texts))

        def form(texts: tuple[str, ...]) -> Form:
            fields = with_texts(_DECISION, texts or (title,))
            return Form("A decision · it lands in memory at once, in no file", fields, look)

        async def record(texts: tuple[str, ...]) -> str | None:
            new = await self._answered(project, _stated(texts))
            if new is None:
                return None
            view = await decisions.new_decision(project, new)
            known = short_id(view.memory.id)
            return (
                f"Recorded as {view.memory.adr_status}; no file was written"
                f" (`/adr write m:{known}` shows it as one):\n\n{listed(project, [view.memory])}"
            )

        return await self.filled(f"adr new {title}", form, record)

    async def _answered(
        self, project: "Project", new: decisions.NewDecision
    ) -> decisions.NewDecision | None:
        """What is recorded in view of what it meets; None if the person goes back."""
        verdicts = await sweep_decision(project, new)
        if not any(each.verdict in WEIGHTY for each in verdicts):
            return new
        old = [each.memory for each in verdicts if each.memory.kind == Kind.DECISION]
        answers = [
            "Go back to the form",
            "Record it beside them",
            *(f"Record it, and let it supersede {title_words(memory)}" for memory in old),
        ]
        said = [_verdict(each) for each in verdicts]
        answer = await self.ask(ChooseOne("Before it is recorded", said, answers))
        if answer <= 0:
            return None
        return new if answer == 1 else replace(new, supersedes=(old[answer - 2].id,))

    async def write_records(self, project: "Project", references: Sequence[str]) -> str:
        """Write decisions as records, after their diff was shown and agreed to."""
        plan = await adr_files.plan_write(project, references)
        left = [f"Not written: {each.title}: {each.reason}." for each in plan.left]
        if not plan.changes:
            return "\n\n".join(["Every record says what memory says.", *left])
        count = counted(len(plan.changes), "file")
        question = ConfirmText(f"Write {count}?", diff_content(plan.diff), left)
        if not await self.ask(question):
            return NOT_WRITTEN
        names = await adr_files.apply(project, plan)
        return f"Wrote {count}. Keep them with `git add {' '.join(names)}`."

    async def look_through(self, project: "Project") -> str:
        """Go through what waits for a person's word."""
        from featherchat_tui.desk import Desk
        from featherchat_tui.inbox import Inbox

        await self.ask(Inbox(Desk(project)))
        return ""

    async def reword(self, project: "Project", reference: str) -> str:
        """Say a memory in other words; one that waits for a person's word has it with that."""
        memory = the_living(await the_memory(project, reference))
        waits = memory.status is Status.CANDIDATE
        title = "In your own words; with them it is accepted" if waits else "In other words"

        def form(texts: tuple[str, ...]) -> Form:
            return Form(title, with_texts((_WORDS,), texts or (memory.text,)))

        async def record(texts: tuple[str, ...]) -> str:
            verb = "inbox edit" if waits else "edit"
            line = parse_line(f"/{verb} {memory.id} {texts[0]}")
            return await run_line(project, line)

        return await self.filled(f"edit {memory.id}", form, record)

    async def write_card(self, project: "Project", argument: str) -> str:
        """Keep the card in a file, after its diff was shown and agreed to."""
        path, _ = file_of(argument)
        change = await card.plan_card(project, path)
        if change.is_empty:
            return f"`{path}` is up to date."
        if not await self.ask(ConfirmText(f"Write {path}?", diff_content(change.diff))):
            return NOT_WRITTEN
        write_changes([change])
        return f"Wrote `{path}`. Keep it with `git add {path}`."


def with_texts(fields: Sequence[Field], texts: Sequence[str]) -> tuple[Field, ...]:
    """Fields that begin with some texts, in their order; what has none stays as it is."""
    begun = [replace(field, text=text) for field, text in zip(fields, texts, strict=False)]
    return (*begun, *fields[len(begun) :])


def _stated(texts: tuple[str, ...]) -> decisions.NewDecision:
    title, context, drivers, options, outcome, because, consequences, confirmation = texts[:8]
    deciders, governs, status = texts[8:]
    stated = Stated(
        title=title,
        context=context,
        driver=_lines(drivers),
        option=_lines(options),
        outcome=outcome,
        because=because,
        consequence=_lines(consequences),
        confirmation=confirmation,
        decider=tuple(name.strip() for name in deciders.split(",") if name.strip()),
        governs=tuple(governs.split()),
        accepted=status == "accepted",
    )
    return decisions.NewDecision(stated.decision())


async def _met(project: "Project", new: decisions.NewDecision) -> Sequence[str]:
    """What a decision meets while it is typed; nothing before it has a title."""
    if not new.decision.title:
        return ()
    try:
        return [f"It {verdict_words(each)}" for each in await sweep_decision(project, new)]
    except FeatherchatError as error:
        return (str(error),)


def _verdict(verdict: "Verdict") -> str:
    return f"It {verdict_words(verdict)}.\n  {' '.join(verdict.memory.text.split())[:160]}"


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip().lstrip("*- ") for line in text.splitlines() if line.strip("*- "))
