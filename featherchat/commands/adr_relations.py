"""The relations that decisions have to each other, in the words of records and of edges."""

from featherchat.commands.signs import SYMMETRIC, relation_words
from featherchat.decisions import inverse
from featherchat.decisions.linking import checked_relation
from featherchat.decisions.pairs import is_forward
from featherchat.memory import RelationType

_REPLACING = frozenset({"supercedes", "replaces", "obsoletes"})


def relation_of(words: str) -> tuple[str, bool]:
    """A relation as an edge keeps it, and whether it leads the other way.

    ``Depends on`` is ``depends_on``; ``Amended by`` is ``amends``, from the other one.

    Raises:
        InvalidValue: If the words cannot name a relation.
    """
    stated = checked_relation(words.replace("_", " ")).lower()
    against = inverse(stated)
    swapped = not is_forward(stated) and is_forward(against)
    name = against if swapped else stated
    if name in _REPLACING:
        return RelationType.SUPERSEDES, swapped
    return name.replace(" ", "_"), swapped


def record_words(relation: str, *, forward: bool) -> str:
    """A relation as a record says it: ``Amends``, ``Amended by``."""
    words = relation_words(relation, forward).removesuffix(" ←")
    return words[:1].upper() + words[1:]


def is_usual(relation: str, reverse: str) -> bool:
    """Whether these are the words that a relation, as an edge keeps it, has backwards anyway."""
    name, swapped = relation_of(reverse)
    return name == relation and (swapped or relation in SYMMETRIC)
