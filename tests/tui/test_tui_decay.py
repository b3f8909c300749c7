import asyncio
from collections.abc import Mapping

import pytest
from hosting import hosted, shown_text
from settling import settled
from textual.app import App
from textual.pilot import Pilot

from featherchat.commands.decay import Glance
from featherchat.ranking import DecayPolicy
from featherchat.recollection import Outline
from featherchat_tui.decay_rows import DecayRows, Shown, curve, fades_words
from featherchat_tui.long_table import Column, LongTable
from featherchat_tui.screens.decay import DecayDoors, DecayScreen

NOW = 1_790_000_000.0
DAY = 86_400.0


def an_outline(memory_id: str, kind: str, days: float, **given: object) -> Outline:
    plain = Outline(
        memory_id, kind, "active", 1.0, False, 0, NOW - days * DAY, None, "user", None, None, False
    )
    return plain._replace(**given)


POOL = an_outline("pool", "debugging", 25.0)
PG = an_outline("pg", "decision", 60.0, importance=2.0, adr_status="accepted")
STACK = an_outline("stack", "stack", 150.0, importance=1.5, recall_count=2)
FADED = an_outline("old", "conversation", 200.0)
GLANCE = Glance(
    ("Tried [b]pgbouncer[/b]", "PostgreSQL over MongoDB", "The pool is in src/db.py", "Small talk"),
    (POOL, PG, STACK, FADED),
)


class Recorder:
    """Doors that answer from a glance and note what was asked."""

    def __init__(self, glance: Glance) -> None:
        self.glance = glance
        self.done: list[tuple[str, str]] = []

    async def load(self) -> Glance:
        return self.glance

    async def rank(self, text: str) -> Mapping[str, float]:
        return {"stack": 0.9, "old": 0.2}

    async def keep(self, memory_id: str) -> str:
        self.done.append(("keep", memory_id))
        return "Pinned."

    async def let_go(self, memory_id: str) -> str:
        self.done.append(("let go", memory_id))
        return "Forgotten."

    async def verify(self, memory_id: str) -> str:
        self.done.append(("verify", memory_id))
        return "Verified."

    def doors(self) -> DecayDoors:
        return DecayDoors(self.load, self.rank, self.keep, self.let_go, self.verify, lambda: NOW)


class DecayApp(App[None]):
    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self.opened: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(DecayScreen(self.recorder.doors(), DecayPolicy()), self.opened.append)


async def seen(pilot: Pilot[None]) -> str:
    await settled(pilot)
    return shown_text(pilot.app.screen)


def order(rows: DecayRows) -> list[str]:
    return [rows.outline(row).id for row in range(len(rows))]


def test_memories_stand_by_strength_and_those_about_to_fade_first_when_asked() -> None:
    rows = DecayRows(GLANCE, NOW, DecayPolicy())

    by_strength = order(rows)
    rows.show(Shown(sort="fades"))

    assert by_strength == ["pg", "stack", "pool", "old"]
    assert order(rows) == ["pool", "stack", "old", "pg"]


def test_longer_half_lives_keep_what_fades_this_week() -> None:
    rows = DecayRows(GLANCE, NOW, DecayPolicy())

    before = rows.fading_count
    rows.show(Shown(half_life_factor=2.0))

    assert (before, rows.fading_count) == (1, 0)


def test_the_time_weight_ranks_the_answers_anew() -> None:
    rows = DecayRows(GLANCE, NOW, DecayPolicy())
    found = {"old": 1.0, "pool": 0.6}

    rows.show(Shown("zzz", relevance=found, time_weight=0.0))
    by_relevance = order(rows)
    rows.show(Shown("zzz", relevance=found, time_weight=1.0))

    assert (by_relevance, order(rows)) == (["old", "pool"], ["pool", "old"])


def test_a_curve_begins_at_the_top_and_ends_below_the_line_of_the_faded() -> None:
    lines = curve(STACK, NOW, DecayPolicy(), width=40, height=4)

    assert lines[0].startswith(" ") and lines[1][0] in "▁─▔"
    assert lines[3].rstrip()[-1] in "▁─"
    assert lines[4].split() == ["▲now", "in", "5y"]


@pytest.mark.parametrize(
    ("days", "words"), [(float("inf"), "–"), (-1.0, "faded"), (5.2, "in 5d"), (0.0, "in 1h")]
)
def test_when_a_memory_fades_is_said_in_few_words(days: float, words: str) -> None:
    assert fades_words(days) == words


@pytest.mark.anyio
async def test_a_line_shows_strength_kind_age_and_when_it_fades_and_no_markup_works() -> None:
    app = DecayApp(Recorder(GLANCE))
    async with app.run_test(size=(120, 30)) as pilot:
        lines = [" ".join(line.split()) for line in (await seen(pilot)).splitlines()]

    assert "▇▇▇▇▇▇▇▇▇▇ 2.00 ● PostgreSQL over MongoDB decision 1mo 0 held –" in lines
    assert "▇ 0.29 · Tried [b]pgbouncer[/b] debugging 3w 0 0.29 in 3d" in lines
    assert "4 memories · 1 fade this week · sorted by strength" in lines


@pytest.mark.anyio
async def test_keys_keep_let_go_and_verify_the_memory_under_the_cursor() -> None:
    recorder = Recorder(GLANCE)
    app = DecayApp(recorder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pilot.press("down", "k")
        await settled(pilot)
        await pilot.press("down", "l")
        await settled(pilot)
        await pilot.press("v")
        await settled(pilot)

    assert recorder.done == [("keep", "stack"), ("let go", "pool"), ("verify", "pool")]


@pytest.mark.anyio
async def test_the_curve_is_of_the_memory_or_of_its_kind() -> None:
    app = DecayApp(Recorder(GLANCE))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pilot.press("down", "c")
        shown = await seen(pilot)

    assert "stack · half-life 365 d · 1 memory of it" in shown
    assert "▲now" in shown


@pytest.mark.anyio
async def test_the_filter_narrows_at_each_key_and_a_question_ranks() -> None:
    app = DecayApp(Recorder(GLANCE))
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"mongo")
        narrowed = await seen(pilot)
        await pilot.press("enter")
        ranked = await seen(pilot)

    assert "1 of 4 memories" in narrowed
    assert "sorted by how well they answer" in ranked


@pytest.mark.anyio
async def test_enter_opens_and_escape_leaves_after_the_filter_is_gone() -> None:
    app = DecayApp(Recorder(GLANCE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"mongo", "escape", "escape")
        whole = await seen(pilot)
        await pilot.press("down", "enter")
        await settled(pilot)

    assert "4 memories" in whole
    assert app.opened == ["stack"]


@pytest.mark.anyio
async def test_a_hundred_thousand_rows_are_walked_to_the_end_and_few_are_asked_for() -> None:
    asked: list[int] = []

    def cells(place: int) -> tuple[str, ...]:
        asked.append(place)
        return (f"row {place}",)

    table = LongTable((Column("name", "name", 0),))
    async with hosted(table) as host:
        table.focus()
        table.fill(100_000, cells)
        await host.press("end")
        lines = shown_text(table).splitlines()

    assert lines[-1] == "row 99999"
    assert len(set(asked)) < 100


class SlowRecorder(Recorder):
    """Memory that answers when it is told to."""

    def __init__(self, glance: Glance) -> None:
        super().__init__(glance)
        self.answers = asyncio.Event()

    async def rank(self, question: str) -> Mapping[str, float]:
        await self.answers.wait()
        return await super().rank(question)


@pytest.mark.anyio
async def test_a_key_that_follows_a_question_is_for_the_table() -> None:
    recorder = SlowRecorder(GLANCE)
    app = DecayApp(recorder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"mongo", "enter", "w")
        screen = app.screen
        assert isinstance(screen, DecayScreen)
        typed = screen.typed.value
        recorder.answers.set()
        await settled(pilot)

    assert typed == "mongo"
