import pytest
from hosting import hosted, shown_text
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.commands.neighborhood import Neighborhood
from featherchat.memory import Edge, Kind, Memory, Status
from featherchat_tui.drawn_graph import Arrow, Box, draw
from featherchat_tui.graph_view import GraphView
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0


@given(
    st.integers(1, 6).flatmap(
        lambda count: st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=8
        ).map(lambda pairs: (count, pairs))
    )
)
@settings(max_examples=15, deadline=None)
def test_every_box_is_drawn_where_it_is_said_to_be(
    given_graph: tuple[int, list[tuple[int, int]]],
) -> None:
    count, pairs = given_graph
    boxes = [Box(str(each), f"box {each}") for each in range(count)]
    arrows = [Arrow(str(one), str(other), "leads to") for one, other in pairs]

    drawing = draw(boxes, arrows, width=200)

    assert set(drawing.boxes) == {box.id for box in boxes}
    for box in boxes:
        region = drawing.boxes[box.id]
        middle = drawing.lines[region.y + 1]
        assert f" {box.label} " in middle[region.x : region.right]


def test_a_graph_that_is_too_wide_is_laid_from_left_to_right() -> None:
    boxes = [Box("hub", "hub"), *(Box(str(each), f"option {each}") for each in range(8))]
    arrows = [Arrow("hub", str(each), "rejected") for each in range(8)]

    wide, narrow = draw(boxes, arrows, width=400), draw(boxes, arrows, width=60)

    assert narrow.width < wide.width
    assert len(narrow.lines) > len(wide.lines)


@pytest.fixture
def shard_graph(a_memory: MakeMemory) -> Neighborhood:
    def decision(memory_id: str, title: str, **given: object) -> Memory:
        return a_memory(title, id=memory_id, kind=Kind.DECISION, created_at=NOW, **given)

    shard = decision("adr31", "Shard by tenant", attributes={"adr_status": "accepted"})
    tenant = decision("adr7", "One database per tenant", status=Status.SUPERSEDED)
    mongo = a_memory("rejected MongoDB", id="no", kind=Kind.ALTERNATIVE)
    edges = (Edge("adr31", "adr7", "supersedes"), Edge("adr7", "no", "contradicts"))
    return Neighborhood("adr31", (shard, tenant, mongo), edges)


@pytest.mark.anyio
async def test_a_graph_names_its_decisions_and_relations_and_is_walked_with_arrows(
    shard_graph: Neighborhood,
) -> None:
    view = GraphView(NOW)
    async with hosted(view, width=100, height=40) as host:
        view.focus()
        view.show(shard_graph)
        await host.settled()
        said = shown_text(view)
        await host.press("down", "enter", "down", "space")

    for words in ("● Shard by tenant", "supersedes", "⊘ One database per tenant", "✕ MongoDB"):
        assert words in said
    assert [one.memory_id for one in host.messages(GraphView.Opened)] == ["adr7"]
    assert [one.memory_id for one in host.messages(GraphView.Centered)] == ["no"]
