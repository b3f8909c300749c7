"""Both sides of a relation at once: what the two records of a link are to say.

Nothing here reads or writes a file: the new texts come back beside the old ones.
"""

from dataclasses import dataclass, replace

from featherchat.decisions.linking import checked_relation, with_link, without_link
from featherchat.decisions.parsing import parse
from featherchat.decisions.patching import with_status
from featherchat.decisions.resolving import reference_to, same_target
from featherchat.decisions.value import RecordFile
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus, RelationType

_INVERSES = {
    "amends": "amended by",
    "clarifies": "clarified by",
    "refines": "refined by",
    "extends": "extended by",
    "depends on": "required by",
    "builds on": "built on by",
    "supersedes": "superseded by",
    "replaces": "replaced by",
    "obsoletes": "obsoleted by",
    "supercedes": "superceded by",
}
_BACKWARD = {backward: forward for forward, backward in _INVERSES.items()}
_RELATED = frozenset(
    {
        "related",
        "related to",
        "relates to",
        "related adrs",
        "related decisions",
        "links",
        "see also",
    }
)
_REPLACING = frozenset({"supersedes", "replaces", "obsoletes", "supercedes"})

Pair = tuple[RecordFile, RecordFile]
"""The source and the target of a relation."""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A relation to another record, as adr-tools' option ``-l`` writes it."""

    target: str
    """The other record in a person's words: a number, a part of its file's name, an id."""

    relation: str
    """What the new record says."""

    reverse: str
    """What the other one says."""


def link_request(text: str) -> LinkRequest:
    """Reads ``5:Amends:Amended by``; the reverse may be left out where it is known.

    Raises:
        InvalidValue: If the text has another form.
    """
    parts = [part.strip() for part in text.split(":")]
    if not 2 <= len(parts) <= 3 or not all(parts):
        raise InvalidValue(
            f"{text!r} names no link.",
            hint="Give a record, what to say of it and what it says, such as 5:Amends:Amended by.",
        )
    relation = checked_relation(parts[1])
    return LinkRequest(parts[0], relation, checked_relation([*parts, inverse(relation)][2]))


def inverse(relation: str) -> str:
    """The other side of a relation: ``Amended by`` of ``Amends``; of an unknown one, itself."""
    words = " ".join(relation.lower().split())
    other = _INVERSES.get(words) or _BACKWARD.get(words)
    if other is None:
        return relation
    return other.capitalize() if relation[:1].isupper() else other


def is_forward(relation: str) -> bool:
    """Whether a relation is the active side of a pair: ``Amends``, ``Supersedes``."""
    return " ".join(relation.lower().split()) in _INVERSES


def edge_relation(relation: str) -> tuple[str, bool]:
    """A relation as an edge keeps it, and whether the edge leads the other way.

    ``Depends on`` is ``depends_on``; ``Amended by`` is ``amends``, from the other one.
    """
    stated = " ".join(relation.lower().split())
    against = inverse(stated)
    swapped = is_forward(against) and not is_forward(stated)
    name = against if swapped else stated
    if name in _REPLACING:
        return RelationType.SUPERSEDES, swapped
    if name in _RELATED:
        return RelationType.RELATED_TO, False
    return name.replace(" ", "_"), swapped


def superseding(new: RecordFile, old: RecordFile) -> Pair:
    """The two records once ``new`` supersedes ``old``: a link in the one, a status in the other.

    Whatever else had superseded ``old`` stays named beside the new one.
    """
    successor = reference_to(new, old)
    earlier = [
        reference
        for reference in parse(old.text, old.path).superseded_by
        if not reference.partial and not same_target(reference, successor)
    ]
    status = AdrStatus.SUPERSEDED
    old_text = with_status(old.text, status, *earlier, successor)
    new_text = with_link(new.text, "Supersedes", reference_to(old, new))
    return replace(new, text=new_text), replace(old, text=old_text)


def linked(source: RecordFile, relation: str, target: RecordFile, reverse: str = "") -> Pair:
    """The two records once each says how it stands to the other.

    "Supersedes" and "Superseded by" also change the status of the one that is replaced.

    Args:
        source: The record that states ``relation``.
        relation: Such as ``Amends``.
        target: The other record.
        reverse: What it says; the inverse of ``relation`` if empty.

    Raises:
        InvalidValue: If a relation cannot be read back, or both are one record.
    """
    if source.path == target.path:
        raise InvalidValue(
            f"{source.path} cannot be linked to itself.", hint="Name another record."
        )
    words = checked_relation(relation).lower()
    if words in _REPLACING:
        return superseding(source, target)
    if _BACKWARD.get(words) in _REPLACING:
        new, old = superseding(target, source)
        return old, new
    there = with_link(source.text, relation, reference_to(target, source))
    back = with_link(target.text, reverse or inverse(relation), reference_to(source, target))
    return replace(source, text=there), replace(target, text=back)


def unlinked(source: RecordFile, relation: str, target: RecordFile, reverse: str = "") -> Pair:
    """The two records without a relation between them; a status stays as it is."""
    there = without_link(source.text, relation, reference_to(target, source))
    back = without_link(target.text, reverse or inverse(relation), reference_to(source, target))
    return replace(source, text=there), replace(target, text=back)
