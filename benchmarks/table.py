"""How long does the table of every memory take to open, and to be filtered by a key?

    python -m benchmarks.table [--memories 100000] [--plain 10000]

The screen of F4 on a real store, headless at 120×36: from the key to the strongest memories
being drawn, and from each letter of a filter to the narrowed table; the first letter lays
out what is filtered by. The table is opened some times: the shortest and the median are
printed. Beside it Textual's own DataTable with fewer rows, as a hundred thousand take it half
a minute; the ratio is of what a row takes. Wall times in seconds.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from benchmarks.frames import SIZE, drawn, pressed, until
from featherchat.clock import FixedClock
from featherchat.commands.decay import Glance
from featherchat.memory import Layer, Memory, Source, traits_of
from featherchat.ranking import DecayPolicy
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.overview import overview
from featherchat.store.sqlite import SqliteStore
from featherchat_tui.screens.decay import DecayDoors, DecayScreen

KINDS = ("code_change", "conversation", "debugging", "decision", "bug_fix", "stack")
TYPED = "pool 77"
SHARED = tuple(layer for layer in Layer if layer is not Layer.DEVELOPER)
BATCH = 5_000
OPENINGS = 5


def fill(folder: Path, count: int, clock: FixedClock) -> Path:
    """A store with so many memories; where it lies."""
    path = folder / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    for begin in range(0, count, BATCH):
        batch = [_memory(clock, number) for number in range(begin, min(begin + BATCH, count))]
        store.put(batch, Cause(clock.new_id(), clock.now(), "user", "a benchmark"))
    store.close()
    return path


def _memory(clock: FixedClock, number: int) -> Memory:
    kind = KINDS[number % len(KINDS)]
    return Memory(
        id=clock.new_id(),
        text=f"Memory {number}: what the pool of connections did on day {number % 977}.",
        title=f"Memory {number} about the pool",
        kind=kind,
        importance=traits_of(kind).importance,
        source=Source("user", clock.now()),
        created_at=clock.now() - number * 360.0,
    )


async def ours(path: Path, clock: FixedClock) -> tuple[list[float], list[float]]:
    """Seconds until the table is there, each time, and for each letter of the filter."""
    memories = await Memories.open(path, None, clock, None, 5.0)

    async def load() -> Glance:
        found = await memories.ask(
            lambda store: overview(store.database, Filter(layers=SHARED), clock.now())
        )
        return Glance(found.titles, found.outlines)

    async def nothing(memory_id: str) -> str:
        return ""

    async def rank(text: str) -> dict[str, float]:
        return {}

    doors = DecayDoors(load, rank, nothing, nothing, nothing, clock.now)
    app: App[None] = App()
    openings, letters = [], []
    async with app.run_test(size=SIZE):
        for _ in range(OPENINGS):
            screen = DecayScreen(doors, DecayPolicy())
            started = time.perf_counter()
            await app.push_screen(screen)
            await until(lambda screen=screen: screen.table.row_count > 0)  # type: ignore[misc]
            await drawn(screen)
            openings.append(time.perf_counter() - started)
            if len(openings) < OPENINGS:
                screen.dismiss(None)
                await drawn(app.screen)
        screen.typed.focus()
        await drawn(screen)
        for letter in TYPED:
            letters.append(await pressed(screen.typed, letter))
    await memories.close()
    return openings, letters


class Plain(App[None]):
    """An app with Textual's own table."""

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield DataTable()


async def plain(count: int) -> tuple[float, float]:
    """Seconds until Textual's table is filled, and until it is filled anew with a tenth."""
    app = Plain()
    rows = [(f"{number}", f"Memory {number} about the pool", "decision") for number in range(count)]
    async with app.run_test(size=SIZE):
        table = app.query_one(DataTable)
        table.add_columns("strength", "memory", "kind")
        started = time.perf_counter()
        table.add_rows(rows)
        await drawn(table)
        opening = time.perf_counter() - started
        started = time.perf_counter()
        table.clear()
        table.add_rows([row for row in rows if "7" in row[1]][: count // 10])
        await drawn(table)
        return opening, time.perf_counter() - started


def main(argv: Sequence[str] | None = None) -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--memories", type=int, default=100_000)
    parser.add_argument("--plain", type=int, default=10_000)
    arguments = parser.parse_args(argv)
    clock = FixedClock()
    with tempfile.TemporaryDirectory() as folder:
        path = fill(Path(folder), arguments.memories, clock)
        openings, letters = asyncio.run(ours(path, clock))
    filled, again = asyncio.run(plain(arguments.plain))
    memories, rows = arguments.memories, arguments.plain
    opened, slowest = min(openings), max(letters[1:])
    print(f"case=DataTable rows={rows} open={filled:.3f} filter={again:.3f} unit=s")
    print(
        f"case=open memories={memories} ours={opened:.3f} median={median(openings):.3f}"
        f" ratio={opened / memories / (filled / rows):.4f} target=0.3 unit=s"
    )
    print(
        f"case=filter memories={memories} first={letters[0]:.3f} median={median(letters[1:]):.3f}"
        f" slowest_after={slowest:.3f} ratio={slowest / memories / (again / rows):.4f}"
        f" target=0.1 unit=s"
    )


if __name__ == "__main__":
    main()
