"""The graph of decisions, whole or around one of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from featherchat.commands.adr_places import the_decision
from featherchat.commands.decisions import list_decisions, standing
from featherchat.commands.memories import Linked
from featherchat.commands.signs import relation_words, sign_of, title_words
from featherchat.decisions import DrawnDecision, dot, mermaid
from featherchat.memory import Edge, Kind, Memory
from featherchat.project import Project
from featherchat.recall.context import short_id


@dataclass(frozen=True, slots=True)
class DecisionGraph:
    """Decisions and the links between them."""

    decisions: tuple[Memory, ...]
    """Those in force first, as in a list."""

    edges: tuple[Edge, ...]


async def decision_graph(project: Project, reference: str = "") -> DecisionGraph:
    """All decisions, or those that one is linked with, over any number of steps.

    Raises:
        NothingFound: If the one is not there.
    """
    views = await list_decisions(project)
    links = {view.memory.id: _between(view.linked) for view in views}
    edges = {link.edge.key: link.edge for found in links.values() for link in found}
    wanted = set(links)
    if reference:
        start = await the_decision(project, reference)
        wanted = _reached(start.id, links)
    chosen = tuple(view.memory for view in views if view.memory.id in wanted)
    kept = (each for each in edges.values() if {each.source_id, each.target_id} <= wanted)
    return DecisionGraph(chosen, tuple(kept))


def _between(linked: tuple[Linked, ...]) -> list[Linked]:
    return [link for link in linked if link.memory.kind == Kind.DECISION]


def _reached(start: str, links: Mapping[str, list[Linked]]) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for link in links.get(waiting.pop(), ()):
            if link.memory.id not in reached:
                reached.add(link.memory.id)
                waiting.append(link.memory.id)
    return reached


def as_mermaid(graph: DecisionGraph) -> str:
    """The graph as Mermaid draws it, for a page of Markdown."""
    return mermaid(_drawn(graph), graph.edges)


def as_dot(graph: DecisionGraph) -> str:
    """The graph in the language of Graphviz."""
    return dot(_drawn(graph), graph.edges)


def as_text(graph: DecisionGraph) -> str:
    """Each decision with what it says of others below it; read as it is."""
    return "\n".join(_lines(graph)) + "\n"


FORMATS: Mapping[str, Callable[[DecisionGraph], str]] = {
    "mermaid": as_mermaid,
    "dot": as_dot,
    "text": as_text,
}
"""Each way to write a graph, by its name."""


def _drawn(graph: DecisionGraph) -> list[DrawnDecision]:
    return [
        DrawnDecision(memory.id, title_words(memory), standing(memory))
        for memory in graph.decisions
    ]


def _lines(graph: DecisionGraph) -> Iterator[str]:
    known = {memory.id: memory for memory in graph.decisions}
    for memory in graph.decisions:
        head = f"{sign_of(memory).mark} {title_words(memory)} ({standing(memory)})"
        yield f"{head} m:{short_id(memory.id)}"
        for edge in graph.edges:
            if edge.source_id == memory.id:
                target = known[edge.target_id]
                yield f"  {relation_words(edge.relation, True)}: {title_words(target)}"
