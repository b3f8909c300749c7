"""What was turned down or has failed before, told before it is proposed once more.

First by name: an option whose name stands in the text, however little else of it
matches. Then by what recall found near the question. An option that was rejected in
favor of something that no longer holds is open again, and is not told.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from featherchat.memory import LIVING, AdrStatus, Kind, Memory, RelationType
from featherchat.recall.layers import Ranking
from featherchat.recollection import Filter, Rejection
from featherchat.store.base import MemoryStore

MOST = 5
"""Rejections that are told for one text at the most."""

_HEAD = 40
"""So many of the best hits by words are looked at for a name."""

_TURNED_DOWN = (
    Filter(kinds=(Kind.ALTERNATIVE, Kind.DEAD_END)),
    Filter(kinds=(Kind.DECISION,), attributes={"adr_status": AdrStatus.REJECTED.value}),
)

_DECIDED = Filter(kinds=(Kind.DECISION,), statuses=LIVING)
"""A decision may be that something is not done: it says so in its sentence."""

_NOT_IN_FORCE = (AdrStatus.REJECTED, AdrStatus.DEPRECATED, AdrStatus.SUPERSEDED)
_PART = ": rejected "
_LEAD = "Rejected: "
_NUMBER = re.compile(r"^ADR-\d+ ")
_ASIDE = re.compile(r"\s[-–—]\s|[(\[,;:]")
"""Where the name of an option ends and its description begins."""

_TURNED = (
    r"(?:rejected|ruled\s+out|turned\s+down|dismissed|discarded|decided\s+against|voted\s+down)"
)
_REST = (
    r"(?P<rest>(?:\s+(?:for|in|on|as|at|to|with|because|since|due|but|which|until|when|after)\b"
    r"|\s*[,;:(]|\s[-–—]\s|[.!]?$).*)"
)
_SENTENCES = tuple(
    re.compile(rf"^(?:{form}){_REST}", re.IGNORECASE)
    for form in (
        rf"(?:we|i)(?:['’]ve|\s+have)?(?:\s+(?:also|all|now))?\s+{_TURNED}\s+(?P<name>.{{2,60}}?)",
        rf"(?P<name>\S.{{1,60}}?)\s+(?:was|were|is|are|has\s+been|have\s+been)"
        rf"\s+(?:considered\s+(?:but|and)\s+)?{_TURNED}",
        r"(?:we|i)(?:['’]ve|\s+have)?(?:\s+(?:also|already|once))?\s+tried\s+(?P<name>.{2,60}?)",
    )
)
"""How a sentence says what was turned down or tried, and then where and why."""

_SEVERAL = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|nor)\s+", re.IGNORECASE)

_VAGUE = frozenset(
    "use using used keep keeping add adding adopt adopting introduce implement implementing build"
    " building make making create creating write writing leave stay switch switching move moving"
    " migrate try tried existing current custom simple single separate different another new own"
    " option options alternative alternatives approach approaches solution way nothing status quo"
    " idea instead plain default manual manually yes none change changes always never one two"
    " system tool tools library framework code data file files test tests project".split()
)
"""Words that name no option: "do nothing", "use our own", "status quo"."""


def rejections(
    store: MemoryStore, text: str, rankings: Sequence[Ranking] = ()
) -> tuple[Rejection, ...]:
    """What of a text was turned down before, what it names first.

    Args:
        store: Asked on its thread.
        text: A question, or a plan that is about to be carried out.
        rankings: What recall found for it: what is near in meaning is told, too.
    """
    from featherchat.store.analysis import analyze_question

    asked = set(analyze_question(text).stems)
    forms = (*_TURNED_DOWN, _DECIDED)
    hits = [key for where in forms for key in store.match_words(text, _HEAD, where).scores]
    known = store.get(list(dict.fromkeys(hits)))
    heads = [memory for memory in known.values() if _is_head(memory)]
    found = [each for memory in heads for each in _by_name(memory) if _names(asked, each.name)]
    found += [_rejection(memory, named=False) for memory in _near(rankings)]
    standing = _standing(store, found)
    by_name: dict[str, Rejection] = {}
    for each in found:
        if each.memory.id in standing:
            by_name.setdefault(each.name.casefold(), each)
    return tuple(by_name.values())[:MOST]


def turned_down_in(text: str) -> re.Match[str] | None:
    """The ``name`` and the ``rest`` of a sentence that turns something down; None of any other."""
    said = " ".join(text.split())
    return next((found for form in _SENTENCES if (found := form.match(said))), None)


def _near(rankings: Sequence[Ranking]) -> Iterable[Memory]:
    for ranking in rankings:
        for each in ranking.found:
            if each.memory.kind in (Kind.ALTERNATIVE, Kind.DEAD_END) and _is_head(each.memory):
                yield each.memory


def _is_head(memory: Memory) -> bool:
    """Whether it begins with the name: the long reason of an option is several memories."""
    return _PART not in memory.title or memory.text.startswith(_LEAD)


def _by_name(memory: Memory) -> Iterable[Rejection]:
    """A rejection for each thing that a memory turns down; none for a decision for something."""
    told = None if memory.text.startswith(_LEAD) else turned_down_in(memory.text)
    if told is not None:
        for name in _SEVERAL.split(told["name"]):
            yield replace(_rejection(memory, named=True), name=name)
    elif memory.kind != Kind.DECISION or memory.adr_status == AdrStatus.REJECTED:
        yield _rejection(memory, named=True)


def _rejection(memory: Memory, *, named: bool) -> Rejection:
    told = None if memory.text.startswith(_LEAD) else turned_down_in(memory.text)
    if told is not None:
        return Rejection(memory, told["name"], told["rest"].strip(" ,;:.-–—"), named)
    title = _NUMBER.sub("", memory.title)
    name = title.rpartition(_PART)[2] if memory.kind == Kind.ALTERNATIVE else title
    name = _said(memory, "name") or name.rstrip(".")
    text = " ".join(memory.text.removeprefix(_LEAD).split())
    rest = text.removeprefix(name.rstrip("…")).lstrip(" .:,")
    reason = _said(memory, "reason") or _said(memory, "because") or rest
    return Rejection(memory, name, reason, named)


def _said(memory: Memory, attribute: str) -> str:
    value = memory.attributes.get(attribute)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _names(asked: set[str], name: str) -> bool:
    """Whether every telling word of an option's name is in the text."""
    from featherchat.store.analysis import STOP_WORDS, analyze, stems

    words = analyze(_ASIDE.split(name, maxsplit=1)[0]).words
    telling = [word for word in words if word not in STOP_WORDS and word not in _VAGUE]
    # "Option E" is a label: "e.g." in a question does not name it.
    is_name = any(len(word) > 1 and not word.isdigit() for word in telling)
    return is_name and asked.issuperset(stems(telling))


def _standing(store: MemoryStore, found: Sequence[Rejection]) -> set[str]:
    """The ids of those that are alive, and were not turned down by what no longer holds."""
    ids = [each.memory.id for each in found]
    edges = store.edges_of(ids, (RelationType.CONTRADICTS,), incoming=True)
    decisions = store.get([edge.source_id for edge in edges])
    fallen = {
        edge.target_id
        for edge in edges
        if (decision := decisions.get(edge.source_id)) is not None
        and decision.kind == Kind.DECISION
        and (decision.status not in LIVING or decision.adr_status in _NOT_IN_FORCE)
    }
    return {each.memory.id for each in found if each.memory.status in LIVING} - fallen
