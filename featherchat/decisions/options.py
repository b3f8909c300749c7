"""The options of a decision: lists, sections of their own, and what speaks for and against."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from featherchat.decisions.markdown import Block, blocks, fit, read_part
from featherchat.decisions.value import Option
from featherchat.decisions.vocabulary import Part, part_of

LONGEST_NAME = 160
UNNAMED = "Unnamed option"
CHOICE_MARK = "(chosen)"
"""What marks an option as the one that was taken."""

_BOLD_NAME = re.compile(r"\*\*(?P<name>(?:[^*]|\*(?!\*)){1,300})\*\*(?P<rest>.*)", re.DOTALL)
_NAME_END = re.compile(r":\s|\s[–—-]\s|(?<!e\.g)(?<!i\.e)(?<!vs)[.;]\s")
_LEADING = re.compile(r"^[\s.:,;–—-]+")
_CHOSEN_MARK = re.compile(
    r"\s*[(\[]\s*\**(?:chosen|selected|accepted|adopted|picked|this (?:adr|decision))\b[^)\]]*[)\]]"
    r"|^\s*[✅✓☑]\ufe0f?\s*",
    re.IGNORECASE,
)
_PRO = re.compile(
    r"\**(?:good,?\**,? because|pros?\**:|\(\+\)|advantages?\**:)\**\s*", re.IGNORECASE
)
_CON = re.compile(
    r"\**(?:bad,?\**,? because|cons?\**:|\(-\)|disadvantages?\**:)\**\s*", re.IGNORECASE
)
_REJECTED = re.compile(
    r"\**Rejected\b\**[,:]?\s+because:?\s+"
    r"|\**Rejected\b(?!-\w)\**+[.:,]?+\**+\s*+[:—–-]?+\s*+"
)
_REJECTED_FIRST = re.compile(_REJECTED.pattern, re.IGNORECASE)
_OPENING = r"(?:^|(?<=[.;:)!?`*]\s)|(?<=\n\n))"
_REJECTED_WITHIN = re.compile(rf"{_OPENING}(?:{_REJECTED.pattern})(?=\S)")
_TURNED_DOWN = re.compile(rf"{_OPENING}\**(?:Deferred|Discarded|Dismissed|Not chosen)\b")
_LABEL = re.compile(
    r"[#*_ \t-]*(?:(?P<pro>pros|advantages|benefits|positives?|good)"
    r"|(?P<con>cons|disadvantages|drawbacks|negatives?|bad|tradeoffs))[*_: \t]*$",
    re.IGNORECASE,
)
_BY_NUMBER = re.compile(
    r"\W{0,4}(?:we (?:will |chose |choose |go with |take |adopt )*)?"
    r"(?P<label>(?:option|alternative) (?P<mark>[a-z]|\d{1,2}))\b",
    re.IGNORECASE,
)
_NUMBERING = re.compile(r"(?:option|alternative) (?:[a-z]|\d{1,2})\s*[:.)–—-]+\s*", re.IGNORECASE)
_COUNTED = re.compile(r"^(?:\d{1,2}[.)]\s+)+(?=\S)")


@dataclass(frozen=True, slots=True)
class Found:
    """What a section on options holds."""

    options: tuple[Option, ...]
    rest: str
    """What the section says beside its options."""


def split_name(text: str) -> tuple[str, str]:
    """An option's name and what is said of it: "**Name.** text", "Name: text", "Name — text"."""
    text = _COUNTED.sub("", text)
    bold = _BOLD_NAME.match(text)
    if bold is not None:
        rest = bold["rest"]
        inner = _COUNTED.sub("", bold["name"])
        name = inner.rstrip(".: ") if rest.strip() else inner
        return _one_line(name) or _one_line(text), _LEADING.sub("", rest).strip()
    for match in _NAME_END.finditer(text, 2, LONGEST_NAME):  # 2: not after the "A." of a count
        if text.count("`", 0, match.start()) % 2 == 0:
            return _one_line(text[: match.start()]), text[match.end() :].strip()
    name = _one_line(text)
    if len(name) > LONGEST_NAME:
        return name[:LONGEST_NAME].rpartition(" ")[0] + " …", text.strip()
    return name, ""


def read_options(text: str, *, rejected: bool) -> Found:
    """The options of a section: one a heading, one a list item, or one a bold paragraph.

    Args:
        text: The section without its heading.
        rejected: Whether the section's name says that these were not taken; what is said
            of them is then the reason.
    """
    document = read_part(text)
    if document.headings:
        level = min(heading.level for heading in document.headings)
        starts = [heading for heading in document.headings if heading.level == level]
        first = read_options(document.text(0, starts[0].line), rejected=rejected)
        ends = [heading.line for heading in starts[1:]] + [len(document.lines)]
        described = [
            option
            for heading, end in zip(starts, ends, strict=True)
            for option in _below(heading.text, document.text(heading.end, end), rejected)
        ]
        return Found(merged([*first.options, *described]), first.rest)
    pieces = list(blocks(text))
    if any(piece.item for piece in pieces):
        return _from_list(pieces, rejected)
    return _from_paragraphs(text, rejected)


def _below(heading: str, body: str, rejected: bool) -> Iterator[Option]:
    """The option of a heading, or those of a list under "D1 alternatives"."""
    several = rejected and part_of(heading) is Part.ALTERNATIVES
    listed = read_options(body, rejected=True).options if several else ()
    yield from listed or (read_option(heading, body, rejected=rejected),)


def read_option(heading: str, body: str, *, rejected: bool) -> Option:
    """The option of a heading and what stands below it."""
    name, chosen = _unmarked(_one_line(_COUNTED.sub("", heading)))
    return replace(_described(name or UNNAMED, body, rejected and not chosen), chosen=chosen)


def merged(options: Iterable[Option]) -> tuple[Option, ...]:
    """The options in order, those of one name as one."""
    same: dict[str, list[Option]] = {}
    for option in options:
        same.setdefault(key_of_name(option.name), []).append(option)
    return tuple(_joined(group) for group in same.values())


def with_choice(options: Sequence[Option], outcome: str, named: str | None) -> tuple[Option, ...]:
    """The options with the taken one marked.

    Args:
        options: As they were read.
        outcome: The outcome's text, which may begin with "Option 3".
        named: The name after "Chosen option:", if the text has that form.
    """
    taken = _named(options, named or "") or _numbered(options, named or outcome)
    return tuple(
        _taken(option) if option.chosen or number in taken else option
        for number, option in enumerate(options)
    )


def _taken(option: Option) -> Option:
    """What a list of alternatives says of the one that was taken is no reason against it."""
    said = "\n\n".join(filter(None, (option.description, option.reason)))
    return replace(option, chosen=True, description=said, reason="")


def _named(options: Sequence[Option], name: str) -> list[int]:
    key = key_of_name(name)
    if not key:
        return []
    keys = [key_of_name(option.name) for option in options]
    exact = [n for n, known in enumerate(keys) if known == key]
    return exact or [n for n, known in enumerate(keys) if known.startswith(f"{key} ")]


def _numbered(options: Sequence[Option], outcome: str) -> list[int]:
    stated = _BY_NUMBER.match(outcome)
    if stated is None:
        return []
    label = re.compile(rf"{stated['label']}\b", re.IGNORECASE)
    labelled = [n for n, option in enumerate(options) if label.match(option.name)]
    counted = [int(stated["mark"]) - 1] if stated["mark"].isdecimal() else []
    return labelled or counted


def key_of_name(name: str) -> str:
    """What makes two mentions of an option the same one."""
    bare = re.sub(r"\[([^\[\]]*)\]\([^()\s]*\)", r"\1", name)
    return _NUMBERING.sub("", bare, count=1).casefold().strip(" .`*\"'")


def _from_list(pieces: Sequence[Block], rejected: bool) -> Found:
    options = []
    for piece in (piece for piece in pieces if piece.item and piece.text):
        text, chosen = _unmarked(piece.text)
        name, said = split_name(text)
        marked, chosen_after = _unmarked(said[:80])
        said = marked + said[80:] if chosen_after else said
        taken = chosen or chosen_after
        option = _described(name or UNNAMED, _LEADING.sub("", said), rejected and not taken)
        options.append(replace(option, chosen=taken))
    rest = [p.text for p in pieces if not p.item and not _introduces(p.text)]
    return Found(merged(options), "\n\n".join(filter(None, rest)))


def _from_paragraphs(text: str, rejected: bool) -> Found:
    """Options that are paragraphs, each beginning with its name in bold."""
    rest: list[str] = []
    groups: list[list[str]] = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        if _BOLD_NAME.match(paragraph):
            groups.append([paragraph])
        elif groups:
            groups[-1].append(paragraph)
        elif paragraph.strip() and not _introduces(paragraph):
            rest.append(paragraph)
    items = [Block(text.strip(), item=True, raw=text) for text in map("\n\n".join, groups)]
    if not items:
        return Found((), text)
    return Found(_from_list(items, rejected).options, "\n\n".join(rest))


def _described(name: str, body: str, rejected: bool) -> Option:
    pros: list[str] = []
    cons: list[str] = []
    reasons: list[str] = []
    said: list[str] = []
    for piece, side in _sided(body):
        pro, con, reason = (p.match(piece.text) for p in (_PRO, _CON, _REJECTED))
        if piece.item and (pro is not None or side == "pro"):
            pros.append(piece.text[pro.end() if pro else 0 :])
        elif piece.item and (con is not None or side == "con"):
            cons.append(piece.text[con.end() if con else 0 :])
        elif piece.item and reason is not None and reason.end() < len(piece.text):
            reasons.append(piece.text[reason.end() :])
        else:
            said.append(piece.raw)
    description, reason_within = _reason("\n".join(said).strip())
    if reason_within:
        reasons.insert(0, reason_within)
    if rejected and not reasons and not cons:
        description, reasons = "", [description]
    # A text that was cut out of a line may now begin with a fence that nothing closes.
    whole_pros, whole_cons = (tuple(fit(text) for text in side) for side in (pros, cons))
    return Option(name, fit(description), whole_pros, whole_cons, fit("\n\n".join(reasons)))


def _sided(body: str) -> Iterator[tuple[Block, str]]:
    """The blocks of an option's text, each with the label above it: pro, con or none."""
    side = ""
    for piece in blocks(body):
        label = _LABEL.match(piece.text.partition("\n")[0])
        if piece.item and label is not None:
            below = piece.text.partition("\n")[2]
            yield from ((inner, label.lastgroup or "") for inner in blocks(below))
        elif piece.item:
            yield piece, side
        else:
            kept, side = _without_labels(piece.raw.split("\n"))
            yield Block("\n".join(kept).strip(), item=False, raw="\n".join(kept)), ""


def _without_labels(lines: Sequence[str]) -> tuple[list[str], str]:
    """The lines that are no label, and the label that the next list stands under."""
    side = ""
    kept: list[str] = []
    for line in lines:
        label = _LABEL.match(line)
        if label is not None:
            side = label.lastgroup or ""
        else:
            side = side if not line.strip() else ""
            kept.append(line)
    return kept, side


def _reason(text: str) -> tuple[str, str]:
    match = _REJECTED_FIRST.match(text) or _REJECTED_WITHIN.search(text)
    if match is not None and match.end() < len(text):
        return text[: match.start()].rstrip(), text[match.end() :].strip()
    turned_down = _TURNED_DOWN.search(text)
    if turned_down is not None:
        return text[: turned_down.start()].rstrip(), text[turned_down.start() :].strip()
    return text, ""


def _joined(group: Sequence[Option]) -> Option:
    return Option(
        group[0].name,
        "\n\n".join(filter(None, (option.description for option in group))),
        tuple(pro for option in group for pro in option.pros),
        tuple(con for option in group for con in option.cons),
        "\n\n".join(filter(None, (option.reason for option in group))),
        any(option.chosen for option in group),
    )


def _unmarked(text: str) -> tuple[str, bool]:
    mark = _CHOSEN_MARK.search(text[:LONGEST_NAME])
    if mark is None:
        return text, False
    return (text[: mark.start()] + text[mark.end() :]).strip(), True


def _introduces(text: str) -> bool:
    return text.rstrip().endswith(":")


def _one_line(text: str) -> str:
    """A name: no line ends, no bold, and nothing that would open a code block in a list."""
    name = " ".join(text.replace("**", "").split())
    return name.lstrip("`~ ") if name.startswith(("```", "~~~")) else name


def plain_name(name: str) -> bool:
    """Whether a list item of this name alone is read as this name."""
    return split_name(name) == (name, "") and _unmarked(name) == (name, False)
