"""What stands around a memory: the graph within some hops, as a picture of it needs."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from featherchat.commands.links import is_suggested, is_told
from featherchat.commands.long_options import later_pieces
from featherchat.memory import Edge, Kind, Memory, Status
from featherchat.project import Project

MOST_NODES = 25
"""So many boxes can be laid out in half a second, and be taken in by a reader."""

MOST_GUESSES = 5
"""Suggested links that are drawn: some decisions have dozens, and F5 has them all."""


@dataclass(frozen=True, slots=True)
class Neighborhood:
    """Memories and the edges between them."""

    focus: str
    memories: tuple[Memory, ...]
    """The focus first, then what is nearest."""

    edges: tuple[Edge, ...]
    beyond: int = 0
    """How many neighbors were left out: there was no room for them."""


async def neighborhood(
    project: Project, memory_id: str, hops: int, most: int = MOST_NODES
) -> Neighborhood:
    """The memories within some hops of one, without what is retired and without mere reasons.

    Args:
        project: The open project.
        memory_id: Where it begins.
        hops: How far edges are followed, in both directions.
        most: How many memories at the most.
    """
    chosen = await project.memories.get([memory_id])
    edges: dict[tuple[str, str, str], Edge] = {}
    beyond: set[str] = set()
    front = list(chosen)
    for _ in range(hops):
        found = [each for each in await project.memories.edges_of(front) if is_told(each)]
        near = _ends([each for each in found if not is_suggested(each)], chosen)
        maybe = _ends([each for each in found if is_suggested(each)], {*chosen, *near})
        # What nobody has confirmed stands around the focus alone, the surest of it.
        room_for_guesses = MOST_GUESSES if front == [memory_id] else 0
        beyond |= set(maybe[room_for_guesses:])
        near += maybe[:room_for_guesses]
        known = await project.memories.get(near)
        shown = {each.id: each for each in known.values() if _is_shown(each)}
        later = later_pieces(shown.values())
        front = [each for each in near if each in shown and each not in later]
        room = max(most - len(chosen), 0)
        beyond |= set(front[room:])
        front = front[:room]
        chosen.update((each, known[each]) for each in front)
        edges.update((edge.key, edge) for edge in found)
    # What the outermost are linked with among themselves belongs to the picture, too.
    last = await project.memories.edges_of(front)
    edges.update((edge.key, edge) for edge in last if is_told(edge))
    between = [each for each in edges.values() if {each.source_id, each.target_id} <= set(chosen)]
    return Neighborhood(
        memory_id, tuple(chosen.values()), tuple(between), len(beyond - set(chosen))
    )


def _is_shown(memory: Memory) -> bool:
    """A decision's reasons are its text, not its neighbors."""
    return memory.status is not Status.RETIRED and memory.kind != Kind.RATIONALE


def _ends(edges: Sequence[Edge], known: Container[str]) -> list[str]:
    """The other ends of edges, those of the strongest first."""
    strongest = sorted(edges, key=lambda edge: (-edge.weight, edge.key))
    ends = [end for edge in strongest for end in (edge.source_id, edge.target_id)]
    return [end for end in dict.fromkeys(ends) if end not in known]
