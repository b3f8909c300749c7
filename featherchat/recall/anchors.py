"""What the files of a change say about which decisions it carries out.

An earlier change of the same file is a witness for the decisions it is linked with; a
decision may also be anchored to the file itself. The fresher the link and the fewer
decisions a file is linked with, the more it says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from featherchat.memory import Edge, Kind, RelationType
from featherchat.ranking import DecayPolicy, freshness, specificity
from featherchat.recollection import Outline

LINKED_BY = (
    RelationType.CAUSES,
    RelationType.CAUSED_BY,
    RelationType.DERIVED_FROM,
    RelationType.RELATED_TO,
    RelationType.SUPPORTS,
)
"""Relations by which what is anchored to a file speaks for a decision."""

MOST_FILES = 200
"""Of a larger change the first so many files are asked: such a one carries out no decision."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What a change's files are linked with."""

    by_path: Mapping[str, frozenset[str]]
    """The memories that are anchored to each file, or to a folder above it."""

    edges: Sequence[Edge]
    """Between those and what they speak for."""

    @property
    def ids(self) -> frozenset[str]:
        """Everything that is anchored or spoken for."""
        ends = {end for edge in self.edges for end in (edge.source_id, edge.target_id)}
        return frozenset(ends.union(*self.by_path.values()))


NOTHING = Anchored({}, ())


def folders_of(path: str) -> tuple[str, ...]:
    """The file and the folders above it, in each form in which an anchor names them."""
    parts = path.strip("/").split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts))]
    forms = ("{}", "{}/", "{}/*", "{}/**", "{}/**/*")
    return ("/".join(parts), *(form.format(folder) for folder in above for form in forms))


def support(anchored: Anchored, outlines: Mapping[str, Outline], now: float) -> dict[str, float]:
    """How far a change's files speak for each memory, from 0 to 1.

    The mean over the files of the freshness of their best link, weighted by how specific
    each file is; a file that nothing is linked with speaks for nothing.

    Args:
        anchored: The files with what they are linked with.
        outlines: Of all that, inside the walls; the rest does not count.
        now: Seconds UTC.
    """
    found: dict[str, float] = {}
    total = 0.0
    others = _spoken_for(anchored.edges, outlines)
    for witnesses in anchored.by_path.values():
        links: dict[str, float] = {}
        for witness in witnesses & outlines.keys():
            fresh = freshness(outlines[witness], now, DecayPolicy())
            links[witness] = max(links.get(witness, 0.0), fresh)
            for other, weight in others.get(witness, ()):
                links[other] = max(links.get(other, 0.0), fresh * weight)
        telling = specificity(sum(outlines[key].kind == Kind.DECISION for key in links))
        total += telling
        for key, link in links.items():
            found[key] = found.get(key, 0.0) + telling * link
    return {key: each / total for key, each in found.items()} if total else {}


def _spoken_for(
    edges: Sequence[Edge], outlines: Mapping[str, Outline]
) -> dict[str, list[tuple[str, float]]]:
    """The decisions that each memory is linked with, in either direction."""
    found: dict[str, list[tuple[str, float]]] = {}
    for edge in edges:
        for one, other in ((edge.source_id, edge.target_id), (edge.target_id, edge.source_id)):
            outline = outlines.get(other)
            if one in outlines and outline is not None and outline.kind == Kind.DECISION:
                found.setdefault(one, []).append((other, edge.weight))
    return found
