"""A recorded decision as memories, and back: the decision, its reasons, its options.

Every text has one home, so that what is edited or forgotten there is edited or gone
in the record, too. An edge says which part of the record a memory is: its evidence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from featherchat.clock import Clock
from featherchat.commands.memories import Linked
from featherchat.decisions import Decision, Option, Section, parse
from featherchat.memory import (
    AdrStatus,
    Anchor,
    Attribute,
    Author,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
    traits_of,
)

_REJECTED = "Rejected: "
_TELLING_WORDS = 4
_PART_RELATIONS = (RelationType.LEADS_TO, RelationType.CONTRADICTS)
_LABELS = {
    "because": "why",
    "context": "context",
    "drivers": "what drove it",
    "consequences": "consequences",
    "confirmation": "how it is confirmed",
    "more": "more information",
}
_LISTS = ("deciders", "consulted", "informed", "symbols")
_SLOT = re.compile(rf"{'|'.join(_LABELS)}|(?:option|section) \d+")


@dataclass(frozen=True, slots=True)
class Part:
    """A memory to be, and which part of its record it is."""

    slot: str
    """``context``, ``option 2``, …: what the edge to it keeps."""

    kind: str
    label: str
    """What its title says behind the decision's."""

    text: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is stored of a decision."""

    decision: Memory
    parts: tuple[Memory, ...]
    edges: tuple[Edge, ...]
    retired: tuple[Memory, ...] = ()
    """Parts that it had before and has no more, such as an option that is now rejected."""

    @property
    def memories(self) -> tuple[Memory, ...]:
        """All of them; what leaves first, so that its words are free."""
        return (*self.retired, self.decision, *self.parts)


class Recorder:
    """Makes memories of what one person states at one time."""

    def __init__(self, clock: Clock, developer: str | None) -> None:
        self._clock = clock
        self._now = clock.now()
        self._developer = developer

    def recorded(
        self,
        decision: Decision,
        anchors: Sequence[Anchor] = (),
        known: Mapping[str, Memory] | None = None,
    ) -> Recorded:
        """The memories of a decision.

        Args:
            decision: As it was stated, redacted.
            anchors: What it governs.
            known: Its memories so far by slot, its own at ``""``; they keep their ids.
        """
        before = dict(known or {})
        text = _head_text(decision)
        head = self._made(before.pop("", None), Kind.DECISION, decision.title, text)
        attributes = {**head.attributes, **_attributes(decision)}
        head = replace(head, attributes=attributes, anchors=tuple(anchors))
        parts: list[Memory] = []
        edges: list[Edge] = []
        for part in _parts(decision):
            there = before.get(part.slot)
            if there is not None and there.kind == part.kind:
                del before[part.slot]
            else:
                there = None
            title = f"{decision.title}: {part.label}"
            made = self._made(there, part.kind, title, part.text)
            parts.append(replace(made, attributes=part.attributes))
            edges.append(self._edge(head, made, part.slot))
        retired = tuple(replace(memory, status=Status.RETIRED) for memory in before.values())
        return Recorded(head, tuple(parts), tuple(edges), retired)

    def reason(self, head: Memory, slot: str, title: str, text: str) -> tuple[Memory, Edge]:
        """A reason that a person adds to a decision, as a section of its record."""
        made = self._made(None, Kind.RATIONALE, f"{head.title}: {title.lower()}", text)
        return replace(made, attributes={"name": title}), self._edge(head, made, slot)

    def _made(self, there: Memory | None, kind: str, title: str, text: str) -> Memory:
        if there is not None:
            return replace(there, title=title, text=text)
        return Memory(
            id=self._clock.new_id(),
            text=text,
            title=title,
            kind=kind,
            source=Source(Author.USER, self._now),
            created_at=self._now,
            importance=traits_of(kind).importance,
            developer=self._developer,
        )

    def _edge(self, head: Memory, part: Memory, slot: str) -> Edge:
        rejected = part.kind == Kind.ALTERNATIVE
        relation = RelationType.CONTRADICTS if rejected else RelationType.LEADS_TO
        return Edge(head.id, part.id, relation, evidence=slot, created_at=self._now)


def parts_among(linked: Iterable[Linked]) -> tuple[Linked, ...]:
    """The links that lead from a decision to its own reasons and options."""
    return tuple(
        link
        for link in linked
        if link.forward
        and link.memory.kind in (Kind.RATIONALE, Kind.ALTERNATIVE)
        and link.edge.relation in _PART_RELATIONS
    )


def next_section(linked: Iterable[Linked]) -> str:
    """The slot of one more section."""
    taken = {slot_of(link) for link in parts_among(linked)}
    return next(slot for place in count() if (slot := f"section {place}") not in taken)


def slot_of(link: Linked) -> str:
    """Which part of its record a linked memory is; empty if nobody said so."""
    return link.edge.evidence if _SLOT.fullmatch(link.edge.evidence) else ""


def decision_of(head: Memory, linked: Iterable[Linked]) -> Decision:
    """The decision that memories say, without its relations to others.

    What a ``Recorder`` made is given back whole. Of a document's pieces, which know no slot,
    each reason becomes a section and each option keeps its name and reason.
    """
    slots: dict[str, Memory] = {}
    loose: list[Memory] = []
    for link in parts_among(linked):
        slot = slot_of(link)
        if slot:
            slots[slot] = link.memory
        else:
            loose.append(link.memory)
    number = head.attributes.get("number")
    stated = _text_of(head, "date")
    text = {slot: slots[slot].text if slot in slots else "" for slot in _LABELS}
    deciders, consulted, informed, symbols = (_members(_text_of(head, name)) for name in _LISTS)
    return Decision(
        title=_bare_title(head),
        number=number if isinstance(number, int) else None,
        status=status_of(head),
        date=stated,
        context=text["context"],
        drivers=parse(f"# D\n\n## Decision Drivers\n\n{text['drivers']}").drivers,
        options=tuple(_options(slots, loose)),
        outcome=_outcome(head),
        because=text["because"],
        consequences=text["consequences"],
        confirmation=text["confirmation"],
        more_information=text["more"],
        governs=tuple(_governed(anchor) for anchor in head.anchors),
        sections=tuple(_sections(head, slots, loose)),
        featherchat_id=head.id,
        deciders=deciders,
        consulted=consulted,
        informed=informed,
        symbols=symbols,
    )


def _head_text(decision: Decision) -> str:
    """What is decided, so that it also stands alone: "Helm" may be the outcome of many."""
    title, outcome = decision.title, decision.outcome
    if outcome in ("", title):
        return title
    return outcome if len(outcome.split()) >= _TELLING_WORDS else f"{title}: {outcome}"


def _outcome(head: Memory) -> str:
    if head.text in (head.title, _bare_title(head)):
        return ""
    short = head.text.removeprefix(f"{_bare_title(head)}: ")
    return short if len(short.split()) < _TELLING_WORDS else head.text


def status_of(decision: Memory) -> AdrStatus | None:
    """Where a decision stands, if that is one of the known words."""
    return next((status for status in AdrStatus if status == decision.adr_status), None)


def _attributes(decision: Decision) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {"number": decision.number, "date": decision.date}
    found["adr_status"] = None if decision.status is None else decision.status.value
    for name in _LISTS:
        found[name] = _joined(getattr(decision, name))
    return {name: value for name, value in found.items() if value not in (None, "")}


def _parts(decision: Decision) -> Iterator[Part]:
    texts = {
        "because": decision.because,
        "context": decision.context,
        "drivers": "\n".join("- " + text.replace("\n", "\n  ") for text in decision.drivers),
        "consequences": decision.consequences,
        "confirmation": decision.confirmation,
        "more": decision.more_information,
    }
    for slot, text in texts.items():
        if text.strip():
            yield Part(slot, Kind.RATIONALE, _LABELS[slot], text, {})
    rejected = decision.rejected
    for place, option in enumerate(decision.options):
        turned_down = option in rejected
        kind = Kind.ALTERNATIVE if turned_down else Kind.RATIONALE
        word = "rejected" if turned_down else "chosen" if option.chosen else "option"
        text = option_words(option, rejected=turned_down)
        label = f"{word} {option.name}"
        yield Part(f"option {place}", kind, label, text, _option_attributes(option))
    for place, section in enumerate(decision.sections):
        if section.text.strip():
            title = {"name": section.title}
            yield Part(f"section {place}", Kind.RATIONALE, section.title, section.text, title)


def option_words(option: Option, *, rejected: bool) -> str:
    """An option in prose: its name, what is said of it, what speaks for and against it."""
    lead = _REJECTED if rejected else "Chosen: " if option.chosen else "Considered: "
    said = " ".join(filter(None, (option.reason, option.description)))
    lines = [f"{lead}{option.name}." + (f" {said}" if said else "")]
    lines += [f"Good, because {text}" for text in option.pros]
    lines += [f"Bad, because {text}" for text in option.cons]
    return "\n".join(lines)


def _option_attributes(option: Option) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {
        "name": option.name,
        "chosen": option.chosen,
        "description": option.description,
        "reason": option.reason,
    }
    found |= {f"pro {place}": text for place, text in enumerate(option.pros)}
    found |= {f"con {place}": text for place, text in enumerate(option.cons)}
    return {name: value for name, value in found.items() if value not in ("", False)}


def _options(slots: Mapping[str, Memory], loose: Sequence[Memory]) -> Iterator[Option]:
    for slot in _numbered(slots, "option"):
        yield _option(slots[slot])
    for memory in loose:
        if memory.kind == Kind.ALTERNATIVE:
            name = memory.title.rpartition(": rejected ")[2]
            yield Option(name, reason=_without_lead(memory.text, name))


def _option(memory: Memory) -> Option:
    name = _text_of(memory, "name") or memory.title
    option = Option(
        name,
        _text_of(memory, "description") or "",
        tuple(_listed(memory, "pro")),
        tuple(_listed(memory, "con")),
        _text_of(memory, "reason") or "",
        chosen=memory.attributes.get("chosen") is True,
    )
    rejected = memory.kind == Kind.ALTERNATIVE
    if memory.text == option_words(option, rejected=rejected):
        return option
    # A person has edited the text since: that is what counts.
    said = _without_lead(memory.text, name)
    return Option(name, reason=said) if rejected else Option(name, said, chosen=option.chosen)


def _sections(
    head: Memory, slots: Mapping[str, Memory], loose: Sequence[Memory]
) -> Iterator[Section]:
    for slot in _numbered(slots, "section"):
        memory = slots[slot]
        yield Section(_text_of(memory, "name") or memory.title, memory.text)
    for memory in loose:
        if memory.kind == Kind.RATIONALE:
            yield Section(memory.title.removeprefix(f"{head.title}: "), memory.text)


def _numbered(slots: Mapping[str, Memory], word: str) -> list[str]:
    found = [slot for slot in slots if slot.partition(" ")[0] == word]
    return sorted(found, key=lambda slot: int(slot.partition(" ")[2]))


def _listed(memory: Memory, word: str) -> Iterator[str]:
    place = 0
    while (text := _text_of(memory, f"{word} {place}")) is not None:
        yield text
        place += 1


def _text_of(memory: Memory, name: str) -> str | None:
    value = memory.attributes.get(name)
    return value if isinstance(value, str) else None


def _without_lead(text: str, name: str) -> str:
    bare = text
    for lead in (f"{_REJECTED}{name}.", f"Chosen: {name}.", f"Considered: {name}."):
        bare = bare.removeprefix(lead)
    return bare.strip()


def _bare_title(head: Memory) -> str:
    number = head.attributes.get("number")
    return head.title.removeprefix(f"ADR-{number} ")


def _governed(anchor: Anchor) -> str:
    return f"{anchor.path}#{anchor.symbol}" if anchor.symbol else anchor.path


def _joined(names: Sequence[str]) -> str:
    separator = "; " if any("," in name for name in names) else ", "
    ending = ";" if len(names) == 1 and separator == "; " else ""
    return separator.join(names) + ending


def _members(stated: str | None) -> tuple[str, ...]:
    names = (stated or "").split(";" if ";" in (stated or "") else ",")
    return tuple(name.strip() for name in names if name.strip())
