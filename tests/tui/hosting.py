"""An app around the widgets under test, and what a person sees of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from settling import settled, until
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from benchmarks.frames import Bench
from featherchat_tui.markdown import StreamedMarkdown

Kind = TypeVar("Kind", bound=Message)


@dataclass
class Hosted:
    """A running host, its keyboard and the messages that were posted in it."""

    app: Bench
    pilot: Pilot[None]
    posted: list[Message] = field(default_factory=list)

    def messages(self, kind: type[Kind]) -> list[Kind]:
        return [message for message in self.posted if isinstance(message, kind)]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the app run until something holds."""
        await until(self.pilot, holds)

    async def settled(self) -> None:
        """Let the app run until it rests."""
        await settled(self.pilot)


@asynccontextmanager
async def hosted(*widgets: Widget, width: int = 80, height: int = 24) -> AsyncIterator[Hosted]:
    app = Bench(*widgets)
    posted: list[Message] = []

    def hear(message: Message) -> None:
        if not any(message is known for known in posted):
            posted.append(message)

    async with app.run_test(size=(width, height), message_hook=hear) as pilot:
        await settled(pilot)
        yield Hosted(app, pilot, posted)


async def feed(host: Hosted, markdown: StreamedMarkdown, text: str) -> None:
    """Stream a piece of an answer, and wait until it is on the screen."""
    markdown.feed(text)
    await host.until(lambda: markdown.source == markdown.text)
    await host.settled()


def shown_text(root: Widget) -> str:
    """Every line that a widget and its descendants draw, as they are sent to the terminal."""
    lines: list[str] = []
    for widget in [root, *root.query("*")]:
        if isinstance(widget, Widget) and widget.display and widget.size.area:
            strips = widget.render_lines(Region(0, 0, *widget.outer_size))
            lines += [strip.text.rstrip() for strip in strips]
    return "\n".join(lines)
