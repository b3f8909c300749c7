"""The part of the chat that serves a reader: scrolling, finding, copying, other programs."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.screen import Screen

from featherchat.errors import FeatherchatError, NothingFound
from featherchat_tui.prompt import Move, Prompt
from featherchat_tui.screens.panes import PaneScreen

if TYPE_CHECKING:
    # What is not on the first page is imported after it is painted; messages of such
    # widgets are handled by name instead of ``@on``.
    from featherchat.memory import Source
    from featherchat_tui.conversation import Conversation
    from featherchat_tui.finding import FindBar
    from featherchat_tui.markdown import SafeMarkdown


class ReadingScreen(PaneScreen):
    """A screen whose conversation is read, searched and copied from."""

    def on_safe_markdown_link_chosen(self, event: "SafeMarkdown.LinkChosen") -> None:
        event.stop()
        self._open_link(event.url)

    @work(group="link", exclusive=True, exit_on_error=False)
    async def _open_link(self, url: str) -> None:
        from featherchat_tui.questions import OpenLink

        question: Screen[bool] = OpenLink(url)
        if await self.app.push_screen_wait(question):
            self.app.open_url(url)

    @on(Prompt.Copied)
    def _copied(self, event: Prompt.Copied) -> None:
        event.stop()
        self._copy(event.text)

    @on(Prompt.FindAsked)
    def _find(self) -> None:
        from featherchat_tui.finding import FindBar

        if self._ready.is_set():
            self.query_one(FindBar).open()

    async def on_find_bar_wanted(self, event: "FindBar.Wanted") -> None:
        from featherchat_tui.finding import FindBar

        event.stop()
        found = await self.conversation.find(event.words, event.step)
        self.query_one(FindBar).show(*found)

    def on_find_bar_closed(self) -> None:
        self.prompt.focus()

    @on(Prompt.EditorAsked)
    def _write_outside(self, event: Prompt.EditorAsked) -> None:
        from featherchat_tui.outside import edited

        event.stop()
        try:
            self.prompt.replace_text(edited(event.text, self.app.suspend).rstrip("\n"))
        except FeatherchatError as error:
            self._explain(error)

    @work(group="source", exclusive=True, exit_on_error=False)
    async def _open_source(self, source: "Source") -> None:
        """Show where a memory comes from: its document at the line, or what was said."""
        from featherchat.commands import sessions
        from featherchat_tui.outside import opened, paged

        project = self._require()
        try:
            if source.path:
                opened(project.root, source.path, source.line, self.app.suspend)
            elif source.session_id:
                session = await sessions.the_session(project, source.session_id)
                turns = await sessions.turns_of(project, session)
                text = sessions.session_markdown(session, turns, recalled=False)
                paged(text, self.app.suspend)
            else:
                raise NothingFound(
                    "It comes from no document and no conversation.", hint="↵ shows all there is."
                )
        except FeatherchatError as error:
            self._explain(error)

    def on_conversation_opened_outside(self, event: "Conversation.OpenedOutside") -> None:
        from featherchat_tui.outside import edited, paged

        event.stop()
        try:
            (edited if event.editor else paged)(event.text, self.app.suspend)
        except FeatherchatError as error:
            self._explain(error)

    def on_conversation_copied(self, event: "Conversation.Copied") -> None:
        event.stop()
        self._copy(event.text)

    @on(Prompt.Scrolled)
    async def _scroll(self, event: Prompt.Scrolled) -> None:
        event.stop()
        if not self._ready.is_set():
            return
        if event.to is Move.HOME:
            await self.conversation.to_beginning()
        elif event.to is Move.END:
            await self.conversation.to_end()
        elif event.to is Move.PAGE_UP:
            self.conversation.scroll_page_up(animate=False)
        else:
            self.conversation.scroll_page_down(animate=False)
