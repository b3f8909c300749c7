"""The chat: the one screen that holds the project.

It runs the stream of a turn and passes it on. It stores nothing, formats
nothing and knows no provider.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical

from featherchat.commands.table import slash_commands
from featherchat.errors import FeatherchatError
from featherchat_tui.draft_file import DraftFile
from featherchat_tui.history import History
from featherchat_tui.mentions import best_mentions
from featherchat_tui.opening import MakeSurroundings, Start
from featherchat_tui.prompt import Prompt
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.prompt_file import PromptFile
from featherchat_tui.screens.reading import ReadingScreen
from featherchat_tui.status_line import StatusLine
from featherchat_tui.values import Completion, Judgement, Status
from featherchat_tui.waiting import Queued

if TYPE_CHECKING:
    # What is not on the first page is imported after it is painted: the conversation alone
    # costs 55 ms. Messages of such widgets are handled by name instead of ``@on``.
    from featherchat.chat.editing import ReviewEdit
    from featherchat.commands.mentioning import Mentionable
    from featherchat.messages import Learned, TurnEvent
    from featherchat_tui.decisions_pane import DecisionsPane
    from featherchat_tui.strip import MemoryStrip

MOST_LEARNT = 5
"""Titles of what was learnt that are named at the end."""

EXIT_AGAIN = 2.0
"""Seconds in which a second Ctrl+C leaves."""

WIDE = 100
"""Columns from which the decisions stand beside the conversation instead of over it."""


class ChatScreen(ReadingScreen):
    """Conversation and prompt, the decisions beside them."""

    DEFAULT_CSS = """
    ChatScreen {
        & > #middle { height: 1fr; }
        & #column { width: 1fr; }
        & DecisionsPane { display: none; }
        &.-decisions DecisionsPane { display: block; }
        &.-decisions.-narrow DecisionsPane { width: 1fr; border-left: none; }
        &.-decisions.-narrow #column { display: none; }
    }
    """

    BINDINGS = [
        Binding("f1", "help", "Help", id="help"),
        Binding("f3", "decisions", "Decisions", id="decisions"),
        Binding("ctrl+o", "strip", "What memory did", id="strip"),
        Binding("ctrl+l", "app.refresh", "Repaint", show=False, id="repaint"),
    ]

    def __init__(self, start: Start, surroundings: MakeSurroundings) -> None:
        super().__init__(start, surroundings)
        prompts = PromptFile(self._prompts_path)
        self._history = History(prompts.load, prompts.save)
        self._drafts = DraftFile(self._prompts_path)
        self._mentionables: Sequence[Mentionable] | None = None
        """What can be mentioned besides files; None until it is asked for again."""

        self._left_at = 0.0
        self.learned: list[str] = []

    def compose(self) -> ComposeResult:
        commands = [
            Completion(f"/{command.name}", f"{command.summary}") for command in slash_commands()
        ]
        yield StatusLine()
        with Horizontal(id="middle"), Vertical(id="column"):
            yield PromptBox(
                commands=commands,
                complete=self._complete,
                history=self._history,
                keep=self._drafts.save,
            )

    def on_mount(self) -> None:
        self.status_line.status = Status(self._start.folder.name or "featherchat")
        self.prompt.focus()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")

    @property
    def session_id(self) -> str | None:
        """The conversation, when it has been stored."""
        return self._session.head.id if self._session and self._session.turns else None

    @property
    def last_words(self) -> list[str]:
        """What is said when the app has been left: what was learnt, and how to go on."""
        said = [f"Learnt: {title}" for title in self.learned[:MOST_LEARNT]]
        if len(self.learned) > MOST_LEARNT:
            said.append(f"and {len(self.learned) - MOST_LEARNT} more; featherchat diff 1d")
        if self.session_id is not None:
            said.append(f"Go on with: featherchat -r {self.session_id[-8:].lower()}")
        return said

    def _opened(self) -> None:
        self._history.load()
        *older, draft = self._drafts.take() or [""]
        for text in older:
            self._history.add(text)
        self._give_back(draft)
        self._require().pick_up_sessions(self._learnt_before)

    async def _begin_page(self) -> None:
        await super()._begin_page()
        if self._start.example and not self.prompt.whole_text:
            self.prompt.replace_text(self._start.example)

    # A turn

    @on(Prompt.Submitted)
    async def _submit(self, event: Prompt.Submitted) -> None:
        event.stop()
        if event.command:
            self._run_line(event.text)
        elif self._is_answering:
            self.waiting.add(Queued(event.text))
        else:
            self._turn_worker = self._turn(event.text)

    def _send_next(self) -> None:
        """Send what waits behind the answer that has come."""
        queued = self.waiting.take_first()
        if queued is None:
            return
        send = self._run_waiting if queued.command else self._turn
        self._turn_worker = send(queued.text)

    @work(group="turn", exit_on_error=False)
    async def _run_waiting(self, line: str) -> None:
        await self._command(line).wait()
        self._send_next()

    @work(group="turn", exit_on_error=False)
    async def _turn(self, text: str) -> None:
        try:
            await self._ready.wait()
        except asyncio.CancelledError:
            self._give_back(text)
            raise
        project, session = self._require(), self._session
        assert session is not None
        speaker = project.model or "Memory"
        await self.conversation.begin_turn(text, project.clock.now(), speaker=speaker)
        try:
            async with aclosing(session.send(text, review=self._review())) as events:
                async for event in events:
                    await self._show(event)
        except asyncio.CancelledError:
            await asyncio.shield(self._cancelled(text))
            raise
        self._learn_from_turn()
        self._send_next()

    def _review(self) -> "ReviewEdit":
        """What asks about the edits of one turn."""
        from featherchat.commands.edits import Answer, EditReview, HeldEdit

        async def ask(held: HeldEdit) -> Answer:
            from featherchat_tui.edit_approval import EditApproval

            self._ring()
            return await self._asked(EditApproval(held))

        return EditReview(self._require(), ask)

    async def _show(self, event: "TurnEvent") -> None:
        from featherchat.messages import MemoriesRecalled, TurnFailed, TurnFinished
        from featherchat_tui.turn_view import show_event

        if isinstance(event, MemoriesRecalled):
            self._memory_tokens = event.tokens
        await show_event(self.conversation, event)
        if isinstance(event, TurnFinished) and not event.model:
            self.conversation.show_beginning()
        if isinstance(event, TurnFailed):
            self._give_back(event.prompt)
        if isinstance(event, TurnFinished | TurnFailed):
            self._ring()

    async def _cancelled(self, text: str) -> None:
        if self.is_attached:
            came = bool(self.conversation.last_answer())
            kept = "What had come is kept." if came else "Nothing had come yet."
            await self.conversation.fail("Cancelled.", kept)
            self._give_back(text)

    def _give_back(self, text: str) -> None:
        """Put the text of a turn that did not end well back, and what waited behind it.

        A text over which something new was typed is in the history; what waited stands before it.
        """
        typed = self.prompt.whole_text
        waited = [queued.text for queued in self.waiting.take_all() if not queued.command]
        given = [*([] if typed else [text]), *waited, *([typed] if typed else [])]
        if waited or not typed:
            self.prompt.replace_text("\n\n".join(given))

    @work(group="distil", exit_on_error=False)
    async def _learn_from_turn(self) -> None:
        project, session = self._require(), self._session
        if session is None or not session.turns:
            return
        turn = session.turns[-1]
        await self._refresh()
        try:
            learned = await project.learn_from(turn, heard=self.conversation.show_learned)
        except FeatherchatError as error:
            self.notify(f"Nothing was distilled: {error}", severity="warning", markup=False)
            return
        await self._show_learned(learned)

    async def _show_learned(self, learned: "Learned") -> None:
        """Say what was learnt, whenever it came: the turn's strip has it from now on."""
        from featherchat.commands.signs import title_words

        self.learned += [title_words(each) for each in (*learned.written, *learned.candidates)]
        await self.conversation.show_learned(learned)
        if learned.notice:
            self.notify(learned.notice, timeout=10, markup=False)
        await self._refresh()

    # The strip and the pane

    def on_memory_strip_opened(self, event: "MemoryStrip.Opened") -> None:
        event.stop()
        self._command(f"/show {event.memory_id}", typed=False)

    def on_decisions_pane_opened(self, event: "DecisionsPane.Opened") -> None:
        event.stop()
        if self.has_class("-narrow"):
            self._show_page()
        self._command(f"/show {event.memory_id}", typed=False)

    def on_memory_strip_edit(self, event: "MemoryStrip.Edit") -> None:
        event.stop()
        self._command(f"/edit {event.memory_id}", typed=False)

    def on_memory_strip_judged(self, event: "MemoryStrip.Judged") -> None:
        event.stop()
        self._judge(event.memory_id, event.said)

    @work(group="command", exit_on_error=False)
    async def _judge(self, memory_id: str, said: Judgement) -> None:
        """Do what was said of a memory; it is told beside the page, which must stay where it is."""
        from featherchat_tui.judging import judge

        try:
            self.notify(await judge(self._changeable(said), memory_id, said), markup=False)
        except FeatherchatError as error:
            self._explain(error)
        await self._refresh()

    def on_memory_strip_source_asked(self, event: "MemoryStrip.SourceAsked") -> None:
        event.stop()
        self._open_source(event.source)

    def on_memory_strip_undo(self, event: "MemoryStrip.Undo") -> None:
        event.stop()
        self._command(f"/undo {event.turn_id}", typed=False)

    def on_memory_strip_left(self) -> None:
        self.prompt.focus()

    def on_decisions_pane_left(self) -> None:
        self._show_page()

    # Keys

    @on(Prompt.Cancelled)
    def _cancel(self) -> None:
        if self._is_answering and self._turn_worker is not None:
            self._turn_worker.cancel()

    @on(Prompt.Interrupted)
    def interrupt(self) -> None:
        """Cancel the answer that comes; without one, leave if this is the second time."""
        if self._is_answering and self._turn_worker is not None:
            self._turn_worker.cancel()
            return
        now = asyncio.get_running_loop().time()
        if now - self._left_at <= EXIT_AGAIN:
            self.action_leave()
        else:
            self._left_at = now
            self.notify("Ctrl+C again leaves.", timeout=EXIT_AGAIN)

    def action_decisions(self) -> None:
        """Show the decisions; from within them the browser; from the prompt hide them."""
        if not self._ready.is_set():
            return
        if self.has_class("-decisions") and self.pane.has_focus_within:
            self.pane.browse()
            return
        self.toggle_class("-decisions")
        if self.has_class("-decisions"):
            self.pane.focus_list()
            self._fill_pane()
        else:
            self.prompt.focus()

    def action_strip(self) -> None:
        """Open what memory did for the newest answer."""
        if self._ready.is_set():
            self.conversation.toggle_strip()

    # Small things

    @work(group="pane", exclusive=True, exit_on_error=False)
    async def _fill_pane(self) -> None:
        from featherchat_tui.showing import decision_cards

        await self._ready.wait()
        project = self._seen
        self.pane.now = project.clock.now()
        self.pane.cards = await decision_cards(project)

    async def _refresh(self) -> None:
        await super()._refresh()
        self._mentionables = None
        await self._recount()
        if self.has_class("-decisions"):
            self._fill_pane()

    async def _recount(self) -> None:
        """Let the strips on the page say which of what was learnt is no longer there."""
        from featherchat.memory import Status as MemoryStatus
        from featherchat_tui.strip import MemoryStrip

        for strip in self.query(MemoryStrip):
            if strip.opened and strip.recalled is not None:
                ids = [each.memory.id for each in strip.recalled.recollections]
                await strip.renew(await self._require().memories.get(ids))
        learned = {
            each.id: strip
            for strip in self.query(MemoryStrip)
            if strip.learned is not None
            for each in (*strip.learned.written, *strip.learned.candidates)
        }
        if not learned:
            return
        found = await self._require().memories.get(list(learned))
        stands = {each.id for each in found.values() if each.status is not MemoryStatus.RETIRED}
        for strip in set(learned.values()):
            await strip.show_gone(
                [each for each in learned if learned[each] is strip and each not in stands]
            )

    async def _complete(self, typed: str) -> list[Completion]:
        if not self._ready.is_set():
            return []
        if self._mentionables is None:
            from featherchat.commands.mentioning import mentionables

            self._mentionables = await mentionables(self._require())
        return await asyncio.to_thread(best_mentions, self._files, self._mentionables, typed)

    def _prompts_path(self) -> Path | None:
        return None if self._project is None else self._project.memories.path.parent
