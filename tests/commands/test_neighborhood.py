import pytest

from featherchat.commands.neighborhood import neighborhood
from featherchat.memory import MAY_CAUSE, Edge, Kind
from featherchat.project import Project
from featherchat.store.base import Cause
from tests.conftest import MakeMemory
from tests.workshop import Workshop


async def remember_a_chain(project: Project, a_memory: MakeMemory) -> None:
    chain = [a_memory(f"Decision {each}", id=f"d{each}", kind=Kind.DECISION) for each in range(4)]
    reason = a_memory("Because.", id="why", kind=Kind.RATIONALE)
    edges = [Edge(f"d{each}", f"d{each + 1}", "supersedes") for each in range(3)]
    edges.append(Edge("d0", "why", "leads_to"))
    cause = Cause("o", project.clock.now(), "user", "test")
    await project.memories.remember([*chain, reason], cause, edges)


@pytest.mark.anyio
async def test_a_neighborhood_ends_after_its_hops_and_leaves_reasons_out(
    workshop: Workshop, a_memory: MakeMemory
) -> None:
    async with workshop.open() as project:
        await remember_a_chain(project, a_memory)

        found = await neighborhood(project, "d0", hops=2)

    assert [memory.id for memory in found.memories] == ["d0", "d1", "d2"]
    assert {edge.key[:2] for edge in found.edges} == {("d0", "d1"), ("d1", "d2")}


@pytest.mark.anyio
async def test_what_has_no_room_in_a_neighborhood_is_counted(
    workshop: Workshop, a_memory: MakeMemory
) -> None:
    async with workshop.open() as project:
        await remember_a_chain(project, a_memory)

        found = await neighborhood(project, "d1", hops=1, most=2)

    assert [memory.id for memory in found.memories] == ["d1", "d0"]
    assert found.beyond == 1


@pytest.mark.anyio
async def test_few_of_the_links_that_nobody_has_confirmed_stand_in_a_neighborhood(
    workshop: Workshop, a_memory: MakeMemory
) -> None:
    async with workshop.open() as project:
        await remember_a_chain(project, a_memory)
        changes = [a_memory(f"Change {n}", id=f"c{n}", kind=Kind.CODE_CHANGE) for n in range(7)]
        edges = [Edge(f"c{n}", "d0", MAY_CAUSE, weight=0.3 + n / 100) for n in range(7)]
        faint = a_memory("A faint guess", id="faint", kind=Kind.CODE_CHANGE)
        edges.append(Edge("faint", "d0", MAY_CAUSE, weight=0.9, confidence=0.1))
        cause = Cause("p", project.clock.now(), "user", "test")
        await project.memories.remember([*changes, faint], cause, edges)

        around = await neighborhood(project, "d0", hops=2)
        from_afar = await neighborhood(project, "d1", hops=2)

    assert [each.id for each in around.memories] == ["d0", "d1", "c6", "c5", "c4", "c3", "c2", "d2"]
    assert around.beyond == 2
    assert [each.id for each in from_afar.memories] == ["d1", "d0", "d2", "d3"]
    assert from_afar.beyond == 7


@pytest.mark.anyio
async def test_an_option_of_several_memories_stands_in_a_neighborhood_once(
    workshop: Workshop, a_memory: MakeMemory
) -> None:
    async with workshop.open() as project:
        decision = a_memory("Occupancy limits uploads", id="d0", kind=Kind.DECISION)
        title = "Uploads: rejected a token bucket"
        pieces = [
            a_memory(f"Piece {n}.", id=f"o{n}", title=title, kind=Kind.ALTERNATIVE)
            for n in range(2)
        ]
        other = a_memory("Neither.", id="o2", title="Uploads: none", kind=Kind.ALTERNATIVE)
        # The later piece is the surer link: it is not to stand for the whole because of that.
        edges = [Edge("d0", f"o{n}", "contradicts", weight=0.5 + n / 10) for n in range(3)]
        cause = Cause("o", project.clock.now(), "user", "test")
        await project.memories.remember([decision, *pieces, other], cause, edges)

        found = await neighborhood(project, "d0", hops=2)

    assert [memory.id for memory in found.memories] == ["d0", "o2", "o0"]
    assert {edge.target_id for edge in found.edges} == {"o0", "o2"}
    assert found.beyond == 0
