import pytest

from featherchat.commands.neighborhood import neighborhood
from featherchat.memory import Edge, Kind
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
