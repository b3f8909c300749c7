"""The pane of code changes: what it shows, what its keys do, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hosting import Hosted, hosted

from featherchat.commands.links import LinkedChange
from featherchat.commands.memories import Linked
from featherchat.memory import MAY_CAUSE, Anchor, Author, Edge, Memory, Source
from featherchat_tui.code_change_rows import (
    change_cells,
    decision_words,
    fits,
    part_cells,
    part_line,
    parts_of,
    unwrapped,
)
from featherchat_tui.screens.code_changes import CodeChangeDoors, CodeChangesScreen, Jump
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0
DAY = 86_400.0


@dataclass
class World:
    """A project of some changes, and what was asked of it."""

    changes: list[LinkedChange]
    written: int = 1
    said: list[str] = field(default_factory=list)

    def doors(self) -> CodeChangeDoors:
        async def load(limit: int | None) -> Sequence[LinkedChange]:
            return self.changes[:limit]

        async def revision() -> int:
            return self.written

        async def confirm(link: Linked) -> str:
            self.said.append(f"confirmed {link.memory.id}")
            return "Confirmed."

        async def turn_down(link: Linked) -> str:
            self.said.append(f"turned down {link.memory.id}")
            return "Turned down."

        return CodeChangeDoors(load, revision, confirm, turn_down, lambda: NOW)


@pytest.fixture
def decision(a_memory: MakeMemory) -> Memory:
    return replace(
        a_memory("We limit the pool.", id="d1", title="ADR-2 Limit the pool", kind="decision"),
        attributes={"number": 2, "adr_status": "accepted"},
    )


@pytest.fixture
def change(a_memory: MakeMemory) -> Memory:
    text = "Lower the pool\n\nAfter the outage.\n\nChanged 2 files (+1 −1): src/pool.py, docs/x.md"
    return replace(
        a_memory(text, id="c1", title="Lower the pool", kind="code_change"),
        created_at=NOW - 3 * DAY,
        source=Source(Author.COMMIT, NOW - 3 * DAY, sha="a1b2c3d4e5f6"),
        anchors=(Anchor("src/pool.py", symbol="Pool.__init__"), Anchor("docs/x.md")),
        attributes={"branch": "pool-limit"},
    )


def a_link(decision: Memory, origin: str = "explicit", confidence: float = 0.99) -> Linked:
    relation = "causes" if origin == "explicit" else MAY_CAUSE
    edge = Edge(decision.id, "c1", relation, 1.0, origin, confidence, "says ADR-2")
    return Linked(edge, False, decision)


def page(host: Hosted) -> str:
    lines = host.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)


def screen_of(host: Hosted) -> CodeChangesScreen:
    screen = host.app.screen
    assert isinstance(screen, CodeChangesScreen)
    return screen


async def opened(host: Hosted, world: World, left: list[Jump | None]) -> None:
    await host.app.push_screen(CodeChangesScreen(world.doors()), left.append)
    await host.until(lambda: "Reading…" not in page(host) and "esc" in page(host))


def test_a_row_names_the_age_the_decision_the_commit_and_the_branch(
    change: Memory, decision: Memory
) -> None:
    cells = change_cells(LinkedChange(change, (a_link(decision),)), NOW)

    assert cells == ("3d", "●", "Lower the pool", "ADR-2", "2", "a1b2c3d", "pool-limit")


def test_a_link_that_was_inferred_is_no_fact(change: Memory, decision: Memory) -> None:
    maybe = a_link(decision, "path", 0.71)

    cells = change_cells(LinkedChange(change, (maybe,)), NOW)

    assert cells[1] == "◐"
    assert cells[3] == "maybe ADR-2"
    part = parts_of(LinkedChange(change, (maybe,)))[0]
    assert part_cells(part) == ("●", "maybe ADR-2 Limit the pool", "path 0.71, says ADR-2")
    assert part_line(part) == (
        "path 0.71, says ADR-2 · not confirmed · may be caused by ADR-2 Limit the pool"
    )


def test_an_unlikely_suggestion_is_shown_with_its_change_alone(
    change: Memory, decision: Memory
) -> None:
    faint = LinkedChange(change, (a_link(decision, "semantic", 0.12),))

    cells = change_cells(faint, NOW)

    assert (cells[1], cells[3]) == ("·", "")
    assert part_cells(parts_of(faint)[0])[1] == "maybe ADR-2 Limit the pool"


def test_several_decisions_are_counted(decision: Memory) -> None:
    links = [a_link(decision), a_link(decision, "semantic", 0.8), a_link(decision, "path", 0.4)]

    assert decision_words(links) == "ADR-2 +2"


def test_the_files_of_a_change_name_what_was_touched_in_them(change: Memory) -> None:
    parts = parts_of(LinkedChange(change, ()))

    assert [(part.path, part.symbols) for part in parts] == [
        ("src/pool.py", ("Pool.__init__",)),
        ("docs/x.md", ()),
    ]


@pytest.mark.parametrize("typed", ["LOWER", "src/pool", "init", "pool-limit", "a1b2c3", "ADR-2"])
def test_a_change_is_found_by_words_file_symbol_branch_commit_and_decision(
    typed: str, change: Memory, decision: Memory
) -> None:
    assert fits(LinkedChange(change, (a_link(decision),)), typed)
    assert not fits(LinkedChange(change, (a_link(decision),)), f"{typed} elsewhere")


def test_a_message_is_as_wide_as_the_page_and_keeps_its_lists_and_trailers() -> None:
    long = "The database allows one hundred connections, and five"
    message = f"{long}\nworkers share them.\n\n{long}\n* one\n{long}\nRefs: ADR-2\nshort\nlines"

    assert unwrapped(message) == (
        f"{long} workers share them.\n\n{long}\n* one\n{long}\nRefs: ADR-2\nshort\nlines"
    )


@pytest.mark.anyio
async def test_the_pane_tells_the_change_its_decision_and_its_files(
    change: Memory, decision: Memory
) -> None:
    world = World([LinkedChange(change, (a_link(decision),))])
    async with hosted(width=160, height=45) as host:
        await opened(host, world, [])

        seen = page(host)

        for words in ("Lower the pool", "ADR-2 Limit the pool", "explicit 0.99", "src/pool.py"):
            assert words in seen
        assert "commit a1b2c3d" in seen
        assert "1 change · 1 linked" in seen


@pytest.mark.anyio
@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_narrow_screen_has_the_changes_above_their_parts(
    size: tuple[int, int], change: Memory, decision: Memory
) -> None:
    world = World([LinkedChange(change, (a_link(decision),))])
    async with hosted(width=size[0], height=size[1]) as host:
        await opened(host, world, [])

        seen = page(host)

        assert "ADR-2 Limit the pool" in seen
        assert "src/pool.py" in seen


@pytest.mark.anyio
async def test_filtering_as_one_types_and_escape_in_steps(
    change: Memory, a_memory: MakeMemory
) -> None:
    other = a_memory("Mend the docs", id="c2", title="Mend the docs", kind="code_change")
    world = World([LinkedChange(change, ()), LinkedChange(other, ())])
    left: list[Jump | None] = []
    async with hosted(width=120, height=30) as host:
        await opened(host, world, left)

        await host.press("slash", *"mend")
        assert "1 of 2 changes" in page(host)
        await host.press("escape", "escape")
        assert "2 changes" in page(host)
        await host.press("escape")

        assert left == [None]


@pytest.mark.anyio
async def test_enter_reads_the_change_and_on_a_decision_leads_there(
    change: Memory, decision: Memory
) -> None:
    world = World([LinkedChange(change, (a_link(decision),))])
    left: list[Jump | None] = []
    async with hosted(width=120, height=30) as host:
        await opened(host, world, left)
        await host.press("enter")
        await opened(host, world, left)

        await host.press("right", "enter")

        assert left == [Jump("c1", line="/show c1"), Jump("c1", decision_id="d1")]


@pytest.mark.anyio
async def test_why_is_asked_of_the_chosen_file_or_of_the_first(
    change: Memory, decision: Memory
) -> None:
    world = World([LinkedChange(change, (a_link(decision),))])
    left: list[Jump | None] = []
    async with hosted(width=120, height=30) as host:
        await opened(host, world, left)
        await host.press("w")
        await opened(host, world, left)

        await host.press("right", "end", "enter")

        assert left == [Jump("c1", line="/why src/pool.py"), Jump("c1", line="/why docs/x.md")]


@pytest.mark.anyio
async def test_a_suggestion_is_confirmed_or_rejected_and_a_link_taken_away_with_one_key(
    change: Memory, decision: Memory
) -> None:
    certain, maybe = a_link(decision), a_link(replace(decision, id="d2"), "path", 0.71)
    world = World([LinkedChange(change, (certain, maybe))])
    async with hosted(width=160, height=30) as host:
        await opened(host, world, [])

        await host.press("down", "x")
        await host.until(lambda: len(world.said) == 1)
        await host.press("right", "down", "c")
        await host.until(lambda: len(world.said) == 2)
        await host.press("r")
        await host.until(lambda: len(world.said) == 3)

        assert world.said == ["turned down d1", "confirmed d2", "turned down d2"]


@pytest.mark.anyio
async def test_a_link_that_holds_is_not_confirmed_again(change: Memory, decision: Memory) -> None:
    world = World([LinkedChange(change, (a_link(decision),))])
    async with hosted(width=160, height=30) as host:
        await opened(host, world, [])

        await host.press("c", "r", "x")
        await host.until(lambda: bool(world.said))

        assert world.said == ["turned down d1"]


@pytest.mark.anyio
async def test_only_the_linked_and_only_the_suggested_are_shown_on_demand(
    change: Memory, decision: Memory, a_memory: MakeMemory
) -> None:
    alone = a_memory("Mend the docs", id="c2", title="Mend the docs", kind="code_change")
    world = World([LinkedChange(change, (a_link(decision),)), LinkedChange(alone, ())])
    async with hosted(width=120, height=30) as host:
        await opened(host, world, [])

        await host.press("s")
        assert "1 of 2 changes (only linked) · 1 linked" in page(host)
        await host.press("s")

        assert "0 of 2 changes" in page(host)


@pytest.mark.anyio
async def test_what_is_written_meanwhile_appears_and_the_chosen_change_stays_chosen(
    change: Memory, a_memory: MakeMemory
) -> None:
    world = World([LinkedChange(change, ())])
    async with hosted(width=120, height=30) as host:
        await opened(host, world, [])
        newer = a_memory("Raise it again", id="c2", title="Raise it again", kind="code_change")
        world.changes.insert(0, LinkedChange(newer, ()))
        world.written += 1

        screen_of(host)._look()
        await host.until(lambda: "Raise it again" in page(host))

        assert "2 changes" in page(host)
        assert "After the outage." in page(host)


@pytest.mark.anyio
async def test_without_a_change_the_pane_says_where_they_come_from() -> None:
    async with hosted(width=120, height=30) as host:
        await opened(host, World([]), [])

        await host.press("enter", "w", "x")

        assert "No commit is in memory yet" in page(host)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["slash", *"zebra"], "No change has these words; esc shows all."),
        (["s"], "No change is linked; s shows others."),
    ],
)
async def test_an_empty_table_says_why_there_is_nothing_in_it(
    change: Memory, keys: list[str], words: str
) -> None:
    async with hosted(width=80, height=24) as host:
        await opened(host, World([LinkedChange(change, ())]), [])

        await host.press(*keys)

        assert words in page(host)
