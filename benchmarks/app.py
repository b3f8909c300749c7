"""Is the app quick enough to live in, beside the plainest widget of Textual that does the job?

    python -m benchmarks.app [--cases prose fence keys opening memory resize idle] [--turns 1000]

Each case runs in a process of its own, ours and the plain widget in turn, headless at
120×36. An append's time is the processor time that the screen's thread takes until the next
frame is drawn, so that waiting for the frame is not counted: in an answer that stands alone,
and in one below as many mounted turns as there ever are. The other times are wall times until
the frame is drawn. Besides the 95th percentile (of a resize, the longest of ten) each line has
the medians, which other work on the machine disturbs less. Prose is compared with a ``Static``
that is given the whole text again, code with a ``Log``; ``markdown`` is Textual's own
``Markdown``. Conversations and answers are scripted: how long a model takes is not measured
here.
"""

import argparse
import asyncio
import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from textual.containers import VerticalScroll
from textual.events import Resize
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Log, Markdown, Static, TextArea

from benchmarks.frames import SIZE, Times, drawn, pressed, shown, times, until
from featherchat.clock import SystemClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.project import Opening, Project, Surroundings
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from featherchat.store.places import Places
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.conversation import Conversation
from featherchat_tui.markdown import StreamedMarkdown
from featherchat_tui.opening import Start
from featherchat_tui.pages import MOST, PAGE
from featherchat_tui.prompt import Prompt
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.values import PastTurn
from featherchat_tui.window import Window

OTHER_SIZE = (90, 30)
FRAME = 0.04
"""Seconds after an append in which its frame has been drawn: two and a half frames."""

PIECE = 80
"""Characters of one append."""

PARAGRAPH = "Because of the `reasons` that **ADR-12** gives, the pool is limited to twenty. "
PROSE = "\n\n".join(PARAGRAPH * 3 for _ in range(60))
FENCE = "\n".join(f"    value_{n} = compute(value_{n - 1}, factor={n})" for n in range(1_000))
ANSWER = "Because of **ADR-12**:\n\n- one transaction\n- `max_size = 20`\n\n```python\nx = 1\n```\n"
PAST = PastTurn("Why?", 0.0, ANSWER, "model", 1.0)
TURNS = 2_500
KEYS = 100
KEY_PAUSE = 0.05
IDLE = 10.0

Add = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the answer."""

    name: str
    ours: float
    plain: float
    target: float
    unit: str
    more: str = ""

    def __str__(self) -> str:
        ratio = self.ours / self.plain if self.plain else 0.0
        return (
            f"case={self.name} ours={self.ours:.2f} plain={self.plain:.2f} ratio={ratio:.1f}"
            f" target={self.target:g} unit={self.unit}{self.more}"
        )


def compared(
    name: str, ours: Times, plain: Times, target: float, unit: str, more: str = ""
) -> Figure:
    """The figure of many tries."""
    medians = f" median={ours.median:.2f} plain_median={plain.median:.2f}"
    return Figure(name, ours.worst, plain.worst, target, unit, medians + more)


async def appended(text: str, add: Add) -> Times:
    """What an append takes of the screen's thread."""
    took = []
    for place in range(0, len(text), PIECE):
        started = time.thread_time()
        await add(text[place : place + PIECE])
        await asyncio.sleep(FRAME)
        took.append(time.thread_time() - started)
    return times(took)


async def our_append(text: str, earlier: int = 0) -> Times:
    """What an append costs in an answer of ours, below some mounted turns."""
    conversation = Conversation(Window(earlier, MOST))
    async with shown(conversation):
        await conversation.load([PAST] * earlier)
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append(text[:1])
        answer = conversation.query(StreamedMarkdown).last()

        async def add(piece: str) -> None:
            answer.feed(piece)
            await answer.flush()

        return await appended(text[1:], add)


async def markdown_append(text: str) -> Times:
    """What it costs in Textual's own Markdown."""
    markdown, page = Markdown(), VerticalScroll()
    async with shown(page):
        await page.mount(markdown)
        page.anchor()

        async def add(piece: str) -> None:
            await markdown.append(piece)

        return await appended(text, add)


async def prose() -> Figure:
    """Appending to a long answer."""
    static, page, text = Static(markup=False), VerticalScroll(), [""]
    ours = await our_append(PROSE)
    async with shown(page):
        await page.mount(static)
        page.anchor()

        async def add(piece: str) -> None:
            text[0] += piece
            static.update(text[0])

        plain = await appended(PROSE, add)
    below = await our_append(PROSE[:5_000], MOST - 1)
    more = f" below_{MOST}_turns={below.worst:.2f} their_median={below.median:.2f}"
    more += f" markdown={(await markdown_append(PROSE)).worst:.2f}"
    return compared("append-prose-p95", ours, plain, 10, "ms", more)


async def fence() -> Figure:
    """Appending to a block of a thousand lines of code."""
    ours = await our_append(f"```python\n{FENCE}")
    log = Log()
    async with shown(log):

        async def add(piece: str) -> None:
            log.write(piece)

        plain = await appended(FENCE, add)
    beginning = await markdown_append(f"```python\n{FENCE}"[:10_000])
    more = f" markdown={beginning.worst:.2f}(first_fifth)"
    return compared("append-fence-p95", ours, plain, 20, "ms", more)


async def typed(area: TextArea) -> Times:
    """From a key to its frame."""
    took = []
    area.focus()
    for _ in range(KEYS):
        took.append(await pressed(area, "a"))
        await asyncio.sleep(KEY_PAUSE)
    return times(took)


async def keys() -> Figure:
    """Typing while an answer streams, two hundred characters every tenth of a second."""
    conversation, box, area = Conversation(), PromptBox(), TextArea()
    async with shown(conversation, box):
        await conversation.begin_turn("Why?", 0.0)

        async def stream() -> None:
            for place in range(0, len(PROSE), 20):
                await conversation.append(PROSE[place : place + 20])
                await asyncio.sleep(0.01)

        streaming = asyncio.create_task(stream())
        ours = await typed(box.query_one(Prompt))
        streaming.cancel()
    async with shown(area):
        plain = await typed(area)
    return compared("key-to-screen-p95", ours, plain, 50, "ms")


@asynccontextmanager
async def opened(home: Path, turns: int) -> AsyncIterator[tuple[FeatherchatApp, float]]:
    """The whole app going on with a conversation of so many turns, and when it was started."""
    folder = home / "ledger"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", folder], check=True)
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    clock = SystemClock()

    def around() -> Surroundings:
        replies = ScriptedProvider([ScriptedReply((ANSWER,))] * 10_000)
        return Surroundings(places, {}, clock, replies, HashEmbedder())

    settings = {"learn.conversations": False}
    project = await Project.open(Opening(folder, True, settings), around())
    session = await project.new_session()
    async for _ in session.send("Why?"):
        pass
    turn = session.turns[-1]
    copies = [replace(turn, id=clock.new_id()) for _ in range(turns - 1)]
    for copy in copies:
        await project.memories.keep(lambda transcripts, copy=copy: transcripts.put_turn(copy))
    await project.close()
    app = FeatherchatApp(Start(folder, settings, go_on=True), lambda tell: around())
    started = time.perf_counter()
    async with app.run_test(size=SIZE):
        yield app, started


async def opening() -> Figure:
    """Opening a conversation of five thousand messages, from the start of the app."""
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home), TURNS) as (app, started):
            await until(lambda: app.chat._ready.is_set())
            await drawn(app.chat.conversation)
            ours = time.perf_counter() - started
            assert app.chat.conversation.last_answer() == ANSWER
    log = Log()
    async with shown(log):
        started = time.perf_counter()
        log.write(f"Why?\n{ANSWER}\n" * TURNS)
        await drawn(log)
        plain = time.perf_counter() - started
    return Figure("open-5000-messages", ours, plain, 1.5, "s")


async def memory(turns: int) -> Figure:
    """What the process grows by while so many turns are asked, the first fifty not counted."""
    conversation, log = Conversation(), Log()
    async with shown(conversation):

        async def turn() -> None:
            await conversation.begin_turn("Why?", 0.0)
            await conversation.append(ANSWER)
            await conversation.finish("model", 1.0)

        ours = await grown(turns, turn)
    async with shown(log):

        async def line() -> None:
            log.write(f"Why?\n{ANSWER}\n")

        plain = await grown(turns, line)
    return Figure(f"memory-of-{turns}-turns", ours, plain, 50, "MB")


async def grown(turns: int, turn: Callable[[], Awaitable[None]]) -> float:
    """Megabytes by which the process grows over the turns; one, if less: that much is chance."""
    before = 0.0
    for number in range(turns + 50):
        if number == 50:
            before = resident()
        await turn()
        await asyncio.sleep(0)
    return max(resident() - before, 1.0)


def resident() -> float:
    """Megabytes that the process has in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def resize() -> Figure:
    """Giving the terminal another width, with a full page of turns."""
    conversation, page = Conversation(), VerticalScroll()
    async with shown(conversation):
        await conversation.load([PAST] * 500)
        await asyncio.sleep(0.5)
        ours = await resized(conversation)
    async with shown(page):
        await page.mount(*(Static(f"Why?\n{ANSWER}", markup=False) for _ in range(PAGE)))
        await asyncio.sleep(0.5)
        plain = await resized(page)
    return compared("resize", ours, plain, 0.3, "s")


async def resized(page: Widget) -> Times:
    """The longest of ten changes of the terminal's size until the page is drawn, in seconds."""
    took = []
    for number in range(10):
        size = Size(*(OTHER_SIZE if number % 2 == 0 else SIZE))
        before = page.size
        started = time.perf_counter()
        page.app.post_message(Resize(size, size))
        await until(lambda before=before: page.size != before)  # type: ignore[misc]
        await drawn(page)
        took.append(time.perf_counter() - started)
        await asyncio.sleep(0.3)
    return times(took, unit=1)


async def idle() -> Figure:
    """The processor's share of the whole app when nobody does anything."""
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home), 100) as (app, _):
            await until(lambda: app.chat._ready.is_set())
            await until(lambda: not any(worker.is_running for worker in app.chat.workers))
            await asyncio.sleep(2.0)
            ours = await busy()
    async with shown(TextArea()):
        await asyncio.sleep(2.0)
        plain = await busy()
    return Figure("idle-cpu", ours, plain, 1, "%")


async def busy() -> float:
    """The share of a processor in percent over some seconds."""
    started = time.process_time()
    await asyncio.sleep(IDLE)
    return 100 * (time.process_time() - started) / IDLE


CASES: dict[str, Callable[[], Awaitable[Figure]]] = {
    "prose": prose,
    "fence": fence,
    "keys": keys,
    "opening": opening,
    "resize": resize,
    "idle": idle,
}


async def measure(case: str, turns: int) -> Figure:
    """One case."""
    return await (memory(turns) if case == "memory" else CASES[case]())


def main(argv: Sequence[str] | None = None) -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    names = [*CASES, "memory"]
    parser.add_argument("--cases", nargs="*", default=names, choices=names)
    parser.add_argument("--turns", type=int, default=1_000)
    arguments = parser.parse_args(argv)
    if len(arguments.cases) == 1:
        print(asyncio.run(measure(arguments.cases[0], arguments.turns)), flush=True)
        return
    for case in arguments.cases:
        command = ["-m", "benchmarks.app", "--turns", str(arguments.turns), "--cases", case]
        subprocess.run([sys.executable, *command], check=True)


if __name__ == "__main__":
    main()
