"""How decisions stand to each other, as their records say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from featherchat.capture.planning import Read
from featherchat.decisions import Reference, resolve
from featherchat.decisions.pairs import edge_relation
from featherchat.memory import RelationType
from featherchat.recall.heads import AMENDS


@dataclass(frozen=True, slots=True)
class Stated:
    """A relation between two decisions, in the direction of its edge."""

    source: str
    target: str
    relation: str
    evidence: str
    """The words of the record that say so."""


def stated_relations(read: Read, heads: Mapping[str, str]) -> Iterator[Stated]:
    """The relations that a record states to others that are known.

    Args:
        read: The record.
        heads: The id of the decision of each record, by path.
    """
    here = heads.get(read.file.path)
    if read.decision is None or here is None:
        return
    named = [
        *((_replacing(each), False, each) for each in read.decision.supersedes),
        *((_replacing(each), True, each) for each in read.decision.superseded_by),
        *((*edge_relation(link.relation), link.target) for link in read.decision.links),
    ]
    for relation, swapped, reference in named:
        path = resolve(reference, read.file.path, heads)
        other = heads[path] if path is not None else here
        if other != here:
            source, target = (other, here) if swapped else (here, other)
            yield Stated(source, target, relation, str(reference))


def _replacing(reference: Reference) -> str:
    """What is superseded in part stays in force: it is amended."""
    return AMENDS if reference.partial else RelationType.SUPERSEDES
