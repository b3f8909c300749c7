"""What a sentence claims: which property of what has which value, and what it replaces.

Read off sentence forms, without a model, and only where a form is plain: a sentence
that is conditional, a question or about the past claims nothing. Two claims are about
the same only if all their words but the value are the same, so that a limit in
production never meets one in tests.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from featherchat.capture.claim_forms import (
    ADDS,
    ALIASES,
    ANY_NUMBER,
    ASIDE,
    BOUNDS,
    CHANGED,
    CHOICES,
    CHOSEN,
    CUES,
    IDLE,
    INSTEAD,
    LEAD,
    MENTION,
    NAMELESS,
    NEGATION,
    NEXT,
    NO_CLAIM,
    NOW,
    PLACE_FIRST,
    PROPERTY,
    RANKED,
    REASON,
    REFERENCE,
    SINGLE,
    SPELLED,
    TIME_FIRST,
    UNITS,
    VAGUE,
    VERSION,
    VERSION_SLOTS,
    WORD,
)

Words = frozenset[str]

MOST_CHARACTERS = 400
"""A longer text is no sentence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That a property of something has a value."""

    subject: Words
    """Everything it is about, scope included: ``{pool, size, production}``."""

    slot: str
    """Which property: amount, version, choice."""

    value: str
    single: bool = True
    """Whether only one value can hold at a time."""

    affirmed: bool = True
    """False for what is not so, or is not used."""

    usual: bool = False
    """Whether one thing at a time usually fills the role, such as a package manager's."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Something that a sentence says is not used any more."""

    thing: Words
    words: str
    """The words that say so."""

    everywhere: bool
    """Whether it is dropped as such (``switched from X``), and not in one place."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read off one sentence."""

    claims: tuple[Claim, ...] = ()
    drops: tuple[Drop, ...] = ()
    replaced: tuple[str, ...] = ()
    """Memories or records that it says it replaces: ``ADR-7``, ``m:4kx2p9``."""

    mentioned: tuple[str, ...] = ()
    """Memories or records that it names."""

    words: Words = frozenset()
    """What it says without its reasons and its negations."""

    last: str = ""
    """The last of these words in the sentence, where a state stands."""

    negated: bool = False
    changes: bool = False
    """Whether it says that something is different now (``switched``, ``no longer``)."""

    dates: bool = False
    """Whether it says from when on (``now``, ``from now on``), which is less."""

    reasoned: bool = False
    first: Words = frozenset()
    """Which of its words stand in front of an ``over`` or ``before``: what comes first."""

    plain: bool = True
    """False if it says more than one thing, so that nothing of it stands for the whole."""


def read_claims(text: str) -> Reading:
    """What a sentence claims, negates and replaces; nothing where its form is not plain."""
    said = " ".join(unicodedata.normalize("NFC", text).split()).replace("**", "").strip(" .!")
    replaced = tuple(dict.fromkeys(found["target"] for found in REFERENCE.finditer(said)))
    mentioned = tuple(dict.fromkeys(MENTION.findall(said)))
    if len(said) > MOST_CHARACTERS or NO_CLAIM.search(said) or NEXT.search(said):
        return Reading(replaced=replaced, mentioned=mentioned, plain=False)
    reasonless = REASON.sub("", said)
    ordered = PLACE_FIRST.sub(r"\g<rest> \g<place>", LEAD.sub("", reasonless))
    core = ASIDE.split(TIME_FIRST.sub("", ordered), maxsplit=1)[0].strip()
    negated = len(NEGATION.findall(core)) % 2 == 1
    positive = NEGATION.sub(" ", core)
    return Reading(
        _claims(core, negated=negated),
        tuple(_drops(core)),
        replaced,
        mentioned,
        content_words(positive),
        next(iter(content_words((positive.split() or [""])[-1])), ""),
        negated,
        CHANGED.search(core) is not None,
        NOW.search(ordered) is not None,
        reasonless != said,
        content_words(RANKED.split(positive, maxsplit=1)[0])
        if RANKED.search(positive)
        else Words(),
        not ASIDE.search(ordered),
    )


def content_words(text: str) -> Words:
    """The words of a text that say something, each in one form."""
    found = (word.strip("`.-'’").casefold() for word in WORD.findall(text))
    return frozenset(_one_form(word) for word in found if word and word not in IDLE)


def amount(number: str, unit: str) -> str:
    """A quantity in one unit, so that 30 s is 30,000 ms: ``30 s``."""
    plain = re.sub(r",(?=\d{3}(?!\d))", "", number)
    if not re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return number
    unit = unit.casefold()
    factor, base = UNITS.get(unit) or UNITS.get(unit.removesuffix("s")) or (1, unit)
    return f"{round(float(plain) * factor, 6):.12g} {base}".strip()


def _claims(core: str, *, negated: bool) -> tuple[Claim, ...]:
    spelled = re.sub(r"\b[a-z]+\b", lambda word: SPELLED.get(word[0], word[0]), core)
    found = _version(spelled) or _property(spelled)
    if found is not None:
        return () if negated else (found,)
    chosen = None if ADDS.search(core) else _choice(NEGATION.sub(" ", core).strip())
    if chosen is None:
        return ()
    return (replace(chosen, affirmed=not negated),)


def _version(core: str) -> Claim | None:
    found = VERSION.match(core)
    if found is None or len(ANY_NUMBER.findall(core)) != 1:
        return None
    subject = content_words(f"{found['subject']} {found['tail'] or ''}")
    if found["subject"].casefold() in IDLE or not subject:
        return None
    slot = VERSION_SLOTS.get(found["verb"].lower(), "version")
    return Claim(
        subject, "least version" if found["later"] else slot, found["number"].removeprefix("v")
    )


def _property(core: str) -> Claim | None:
    changed = re.sub(r"\bfrom\s+v?\d[\d.,]*\s*\w{0,7}\s+to\b", "to", core)
    if len(ANY_NUMBER.findall(changed)) != 1:
        return None
    for pattern in PROPERTY:
        found = pattern.match(changed)
        if found is None:
            continue
        subject = set(content_words(f"{found['subject']} {found['tail'] or ''}"))
        bound = BOUNDS.get((found["bound"] or "").lower())
        verb = (found.groupdict().get("verb") or "").lower()
        if bound or verb in ("limit", "cap"):
            subject.add(bound or "max")
        if subject and not subject <= NAMELESS:
            value = amount(found["number"], found["unit"] or "")
            return Claim(frozenset(subject), "amount", value, single=not subject <= VAGUE)
    return None


def _choice(core: str) -> Claim | None:
    for pattern in CHOICES:
        found = pattern.search(core)
        if found is None:
            continue
        said = INSTEAD.sub("", found["role"])
        role, value = content_words(said), content_words(found["value"])
        if not role or not value or role & value or ANY_NUMBER.search(said):
            continue
        how = found["how"].lower()
        definite = how == "as" and re.match(r"(?:the|our)\b", said, re.IGNORECASE)
        named = how in ("the", "our")
        known = any(each <= role for each in SINGLE)
        if named and not known:
            continue
        value_words = " ".join(sorted(value))
        return Claim(role, "choice", value_words, named or bool(definite), usual=known)
    chosen = CHOSEN.search(core)
    value = content_words(chosen["value"]) if chosen else frozenset()
    return Claim(frozenset(), "choice", " ".join(sorted(value)), single=False) if value else None


def _drops(core: str) -> list[Drop]:
    found: dict[Words, Drop] = {}
    for pattern, everywhere in CUES:
        for match in pattern.finditer(core):
            thing = content_words(match["old"])
            if thing:
                found.setdefault(thing, Drop(thing, match[0], everywhere))
    return list(found.values())


def _one_form(word: str) -> str:
    word = ALIASES.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return ALIASES.get(word, word)
