"""How long does the table of every memory take to open, and to be filtered by a key?

    python -m benchmarks.table [--memories 100000] [--plain 10000]

The screen of F4 on a real store, headless at 120×36: from the key to the strongest memories
being drawn, and from each letter of a filter to the narrowed table; the first letter lays
out what is filtered by. Beside it Textual's own DataTable with fewer rows: a hundred
thousand take it half a minute. Wall times in seconds.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

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

SIZE = (120, 36)
KINDS = ("code_change", "conversation", "debugging", "decision", "bug_fix", "stack")
TYPED = "pool 77"
SHARED = tuple(layer for layer in Layer if layer is not Layer.DEVELOPER)
BATCH = 5_000


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


async def ours(path: Path, clock: FixedClock) -> tuple[float, list[float]]:
    """Seconds until the table is there, and for each letter of the filter."""
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
    async with app.run_test(size=SIZE) as pilot:
        screen = DecayScreen(doors, DecayPolicy())
        started = time.perf_counter()
        await app.push_screen(screen)
        await _until(pilot, lambda: screen.table.row_count > 0)
        opening = time.perf_counter() - started
        screen.typed.focus()
        await pilot.pause()
        letters = []
        for letter in TYPED:
            before = screen.typed.value
            started = time.perf_counter()
            await pilot.press("space" if letter == " " else letter)
            await _until(pilot, lambda before=before: screen.typed.value != before)  # type: ignore[misc]
            letters.append(time.perf_counter() - started)
    await memories.close()
    return opening, letters


class Plain(App[None]):
    """An app with Textual's own table."""

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield DataTable()


async def plain(count: int) -> tuple[float, float]:
    """Seconds until Textual's table is filled, and until it is filled anew with a tenth."""
    app = Plain()
    rows = [(f"{number}", f"Memory {number} about the pool", "decision") for number in range(count)]
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(DataTable)
        table.add_columns("strength", "memory", "kind")
        started = time.perf_counter()
        table.add_rows(rows)
        await pilot.pause()
        opening = time.perf_counter() - started
        started = time.perf_counter()
        table.clear()
        table.add_rows([row for row in rows if "7" in row[1]][: count // 10])
        await pilot.pause()
        return opening, time.perf_counter() - started


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.001)
    await pilot.pause()


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
        opening, letters = asyncio.run(ours(path, clock))
    print(f"case=open memories={arguments.memories} ours={opening:.3f} target=0.3 unit=s")
    print(
        f"case=filter memories={arguments.memories} first={letters[0]:.3f}"
        f" slowest_after={max(letters[1:]):.3f} target=0.1 unit=s"
    )
    filled, again = asyncio.run(plain(arguments.plain))
    print(f"case=DataTable memories={arguments.plain} open={filled:.3f} filter={again:.3f} unit=s")


if __name__ == "__main__":
    main()
