import asyncio
from collections.abc import Sequence

import pytest
from hosting import shown_text
from settling import settled, until
from textual.app import App
from textual.pilot import Pilot

from featherchat.commands.neighborhood import Neighborhood
from featherchat.memory import Edge, Status
from featherchat_tui.screens.decisions import CLOSED, DecisionDoors, DecisionsScreen
from featherchat_tui.values import DecisionCard, Link
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0
DAY = 86_400.0


class BrowserApp(App[None]):
    def __init__(self, cards: Sequence[DecisionCard]) -> None:
        super().__init__()
        self.cards = cards
        self.asked: list[tuple[str, int]] = []
        self.commands: list[str | None] = []

    async def load(self) -> Sequence[DecisionCard]:
        return self.cards

    async def around(self, memory_id: str, hops: int) -> Neighborhood:
        self.asked.append((memory_id, hops))
        memories = sorted((card.memory for card in self.cards), key=lambda m: m.id != memory_id)
        return Neighborhood(memory_id, tuple(memories), (Edge("adr31", "adr7", "supersedes"),))

    async def told(self, memory_id: str) -> str:
        return f"All about {memory_id}"

    def on_mount(self) -> None:
        doors = DecisionDoors(self.load, self.around, self.told)
        self.push_screen(DecisionsScreen(doors, NOW), self.commands.append)


@pytest.fixture
def app(a_memory: MakeMemory) -> BrowserApp:
    tenant = a_memory(
        "One database per tenant",
        id="adr7",
        kind="decision",
        created_at=NOW - 280 * DAY,
        status=Status.SUPERSEDED,
    )
    shard = a_memory(
        "Shard by tenant",
        id="adr31",
        kind="decision",
        created_at=NOW - 36 * DAY,
        attributes={"adr_status": "accepted"},
    )
    return BrowserApp(
        (DecisionCard(shard, (Link("supersedes", True, tenant),)), DecisionCard(tenant))
    )


async def seen(pilot: Pilot[None]) -> str:
    await settled(pilot)
    return shown_text(pilot.app.screen)


@pytest.mark.anyio
async def test_the_graph_stands_beside_the_chosen_decision(app: BrowserApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        at_first = await seen(pilot)
        await pilot.press("down")
        below = await seen(pilot)

    assert "● Shard by tenant" in at_first and "supersedes" in at_first
    assert "All about adr31" in at_first
    assert "All about adr7" in below
    assert "2 decisions · 1 accepted · 1 superseded" in at_first


@pytest.mark.anyio
async def test_space_and_a_number_draw_the_graph_anew(app: BrowserApp) -> None:
    async with app.run_test(size=(160, 45)) as pilot:
        await settled(pilot)
        await pilot.press("down", "space")
        await settled(pilot)
        await pilot.press("3")
        await settled(pilot)

    assert ("adr7", 2) in app.asked
    assert app.asked[-1] == ("adr7", 3)


@pytest.mark.anyio
async def test_the_timeline_has_the_newest_first_and_the_filter_knows_the_status(
    app: BrowserApp,
) -> None:
    async with app.run_test(size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("l", "slash", *"superseded", "enter")
        said = await seen(pilot)

    assert "1 of 2 decisions · 1 superseded" in said
    assert "All about adr7" in said


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("keys", "command"),
    [
        (["a"], "/adr accept m:adr31"),
        (["enter"], "/show adr31"),
        (["escape"], None),
        (["f3"], CLOSED),
    ],
)
async def test_what_is_to_be_done_goes_out_as_a_command(
    app: BrowserApp, keys: list[str], command: str | None
) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)

    assert app.commands == [command]


@pytest.mark.anyio
async def test_another_view_begins_at_the_chosen_decision(app: BrowserApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("down")
        await settled(pilot)
        await pilot.press("l", "t")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, DecisionsScreen)
        in_tree, in_timeline = screen.tree_view.chosen, screen.table.cursor

    assert in_tree is not None and in_tree.id == "adr7"
    assert in_timeline == 1


class LateApp(BrowserApp):
    """A browser whose graph comes when it is told to."""

    def __init__(self, cards: Sequence[DecisionCard]) -> None:
        super().__init__(cards)
        self.found = asyncio.Event()

    async def around(self, memory_id: str, hops: int) -> Neighborhood:
        await self.found.wait()
        return await super().around(memory_id, hops)


@pytest.mark.anyio
async def test_the_words_are_there_before_the_picture(app: BrowserApp) -> None:
    late = LateApp(app.cards)
    async with late.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "All about adr31" in shown_text(late.screen))
        drawn = "● Shard by tenant" in shown_text(late.screen)
        late.found.set()
        at_last = await seen(pilot)

    assert not drawn
    assert "● Shard by tenant" in at_last


@pytest.mark.anyio
async def test_after_the_filter_a_key_means_what_is_left_though_it_is_not_drawn_yet(
    app: BrowserApp,
) -> None:
    late = LateApp(app.cards)
    async with late.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "All about adr31" in shown_text(late.screen))

        await pilot.press("slash", *"superseded", "enter", "a")
        await until(pilot, lambda: bool(late.commands))

    assert late.commands == ["/adr accept m:adr7"]
