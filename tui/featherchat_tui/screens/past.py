"""The part of the chat that looks back: panes and searches read memory as it was at a time.

Answers go on with the memory of today, and nothing can be changed meanwhile.
"""

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from featherchat.errors import UsageError
from featherchat_tui.screens.commanding import CommandScreen

if TYPE_CHECKING:
    # What looks back is imported when somebody does.
    from featherchat.commands.slash import Line
    from featherchat.project import Project

_READING = frozenset({"search", "show", "history", "card"})
_READING_DECISIONS = frozenset({"", "list", "show", "graph"})
_BESIDE = frozenset({"where", "doctor", "config", "sessions", "export", "diff"})
"""What has nothing to do with the time that memory is read at."""

NOW = frozenset({"", "now", "today"})


class PastScreen(CommandScreen):
    """A screen with a prompt that can read the memory of another time."""

    DEFAULT_CSS = """
    PastScreen > #past {
        height: 1; padding: 0 1; background: $warning; color: $background;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    _past: "Project | None" = None
    _way_back: AsyncExitStack | None = None

    looking_back = ""
    """The time that panes and searches read, in words; empty for now."""

    @property
    def _seen(self) -> "Project":
        """The project that panes and searches read."""
        return self._past or self._require()

    def _project_of(self, line: "Line") -> "Project":
        """The project that a command line is about.

        Raises:
            UsageError: If it would change memory while one looks back.
        """
        verb = line.argument.partition(" ")[0]
        if self._past is not None and (
            line.name in _READING or (line.name == "adr" and verb in _READING_DECISIONS)
        ):
            return self._past
        return self._require() if line.name in _BESIDE else self._changeable(f"/{line.name}")

    def _changeable(self, what: str) -> "Project":
        """The project, for what changes its memory.

        Raises:
            UsageError: If one looks back.
        """
        if self._past is not None:
            raise UsageError(
                f"{what} works on the memory of today, and you look back.",
                hint="Type /asof now first.",
            )
        return self._require()

    async def _look_at(self, when: str) -> None:
        """Read memory as of a time, or as of now again."""
        if when.strip().lower() in NOW:
            await self._return()
            return
        from featherchat.commands.moments import past_moment
        from featherchat.commands.timeline import as_of
        from featherchat.commands.wording import moment_words

        project = self._require()
        at = await past_moment(project, when)
        way_back = AsyncExitStack()
        past = await way_back.enter_async_context(as_of(project, at, words=True))
        await self._return()
        self._past, self._way_back = past, way_back
        self.looking_back = moment_words(at)
        # The way back first: a narrow screen cuts the end off.
        words = f"◀ Memory as of {self.looking_back} · /asof now returns · answers use today's"
        banner = Static(Content(words), id="past")
        await self.mount(banner, before="#middle")
        await self._refresh()

    async def _return(self) -> None:
        way_back, self._way_back, self._past, self.looking_back = self._way_back, None, None, ""
        if way_back is not None:
            await way_back.aclose()
            await self.query("#past").remove()
            await self._refresh()

    async def close_project(self) -> None:
        """Let go of the past, then close as always."""
        if self._way_back is not None:
            await self._way_back.aclose()
            self._way_back = None
        await super().close_project()
