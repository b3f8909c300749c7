"""When two texts say the same, and what keeps two alike texts apart.

A memory is merged with another only if both say the same to the letter, but for
spacing, the case of plain words and the final stop. A number, a negation or an
identifier is never folded: ``10²`` is not ``102``, ``getUser`` not ``getuser``.
"""

import re
import unicodedata
from dataclasses import dataclass, field

_CODE = re.compile(r"(`[^`]*`)")
_BARE = r"(?<!\S)[\"'“‘«(\[]*({first}[^\W\d_]*(?:['’-][^\W\d_]+)*)[\"'”’»)\].,:;!?…]*(?!\S)"
"""A word between spaces, with nothing about it but a sentence's punctuation."""

_WORD = re.compile(_BARE.format(first=r"[^\W\d_]"))
_CAPITALIZED = re.compile(_BARE.format(first=r"[^\Wa-z\d_]"))
"""Passes over what is in lower case already: 240 characters take 11 µs instead of 74."""

_OPENING = "\"'“‘«([{"
_CLOSING = "\"'”’»)]}.,:;!?…"

_NEGATIONS = frozenset(
    "not no never none nothing nobody nowhere neither nor without cannot".split()
)
_NUMBER_WORDS = frozenset(
    "zero two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty"
    " fifty sixty seventy eighty ninety hundred thousand million billion half double triple twice"
    " first second third last".split()
)
"""``one`` is missing: it mostly stands for a thing, and any other number is missed beside it."""


def normalized(text: str) -> str:
    """The text as duplicates are compared: single spaces, no final stop, plain words in lower case.

    Plain is a word of letters alone, with no capital but its first. Everything else keeps its
    case: what has inner capitals, digits, dots, slashes or underscores, and what stands in
    backticks. Only canonical forms are unified (NFC): NFKC would make ``10²`` the number 102,
    and ``casefold`` would make Maße of Masse.
    """
    if text.isascii() and "`" not in text and text == text.lower():
        # Most often nothing is to be folded or composed.
        return " ".join(text.split()).rstrip(" .!;")
    parts = _CODE.split(unicodedata.normalize("NFC", text))
    # What is all in lower case has nothing to fold, which is told at once.
    parts[::2] = [
        each if each.islower() else _CAPITALIZED.sub(_folded, each) for each in parts[::2]
    ]
    # Lower case can compose where upper case did not, such as J with a caron.
    joined = unicodedata.normalize("NFC", "".join(parts))
    return " ".join(joined.split()).rstrip(" .!;")


def differ_in_substance(one: str, other: str) -> bool:
    """Whether two texts differ in a number, a negation (of English) or an identifier.

    Such texts are not duplicates, however near their vectors are: ``8.1`` and ``8.2`` are
    neighbors to every embedder.
    """
    here, there = _substance(one), _substance(other)
    return (
        here.negations != there.negations
        or not here.telling <= there.tokens
        or not there.telling <= here.tokens
    )


@dataclass(slots=True)
class _Substance:
    tokens: set[str] = field(default_factory=set)
    telling: set[str] = field(default_factory=set)
    """Numbers and identifiers: what the other text must have, too."""

    negations: int = 0

    def add(self, chunk: str, *, is_code: bool) -> None:
        found = None if is_code else _WORD.fullmatch(chunk)
        if found is not None and _is_plain(found[1]):
            self._add_word(found[1].lower())
            return
        name = chunk if is_code else chunk.lstrip(_OPENING).rstrip(_CLOSING)
        if name:
            self.tokens.add(name)
            self.telling.add(name)

    def _add_word(self, word: str) -> None:
        self.tokens.add(word)
        if word in _NUMBER_WORDS:
            self.telling.add(word)
        negates = word in _NEGATIONS or word.endswith(("n't", "n’t"))
        self.negations += negates or word.startswith("non-")


def _substance(text: str) -> _Substance:
    found = _Substance()
    for place, part in enumerate(_CODE.split(unicodedata.normalize("NFC", text))):
        is_code = place % 2 == 1
        for chunk in part.strip("`").split():
            found.add(chunk, is_code=is_code)
    return found


def _folded(found: re.Match[str]) -> str:
    return found[0].lower() if _is_plain(found[1]) else found[0]


def _is_plain(word: str) -> bool:
    return word[1:] == word[1:].lower()
