"""How a text becomes the terms that words are searched by.

Identifiers are kept whole and also split at camelCase, snake_case, dots and
slashes, so that ``HttpServer`` finds ``http_server`` and ``httpserver``, and the exact
name still wins. References to decision records have one form, however they are written.
The same function prepares what is stored and what is asked; nothing in either is
query syntax.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import tantivy

from featherchat.memory import Kind

_CHUNK = re.compile(
    r"[^\W_]+(?:[._/:#@+-]+[^\W_]+|_+[^\W_]*)*_*|_+[^\W_]+(?:_+[^\W_]*)*", re.UNICODE
)
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+", re.UNICODE)
_REFERENCE = re.compile(
    r"(?<![^\W_])adrs?(?:[\s_#/-]|no\b\.?|number)*0*(\d{1,5})(?![^\W_])", re.IGNORECASE
)
_RECORD_FILE = re.compile(r"\bdecisions?/0*(\d{1,5})[-_.]", re.IGNORECASE)
"""A record's number where its folder is not called after records."""

_CJK = (
    ("\u3040", "\u30ff"),
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),
    ("\uac00", "\ud7af"),
)
"""First and last of the blocks that are written without spaces. A pattern takes 3 ms to compile."""

STEMMED = frozenset({Kind.CONVERSATION, Kind.DEBUGGING})
"""Kinds that are found by the stems of their words: what was said.

Measured with the index itself and a Snowball stemmer (benchmarks/stemming.py): the turn of a
conversation that a question is about came first in 34.9 % instead of 31.4 %. A decision record
did in 73.0 % instead of 74.9 %, a commit in 54.3 % instead of 56.1 %: they keep their words.
"""

MAX_TERM = 64
_KEPT = 64
"""Longer runs without a space are taken apart each time: they hardly come twice."""

MAX_QUESTION = 10_000
"""Characters of a question that are looked at: somebody may paste a whole log."""

STEM_MARK = "~"
"""Before each stem, so that it is never taken for a word."""

STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being"
    " below between both but by can could did do does doing down during each few for from"
    " further had has have having he her here hers him his how i if in into is it its just me"
    " more most my no nor not now of off on once only or other our ours out over own same she"
    " should so some such than that the their theirs them then there these they this those"
    " through to too under until up us very was we were what when where which while who whom"
    " why will with would you your yours s t d ll re ve m".split()
)
"""Dropped from questions, unless nothing else is left. Stored texts keep them."""


@dataclass(frozen=True, slots=True)
class Terms:
    """A text as terms."""

    words: tuple[str, ...]
    """Lower-case words in order, repeats included; ``HttpServer`` gives three."""

    names: tuple[str, ...]
    """Whole identifiers, paths, codes and record references."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as terms, each once."""

    words: tuple[str, ...]
    """Without stop words, unless they are all it has."""

    stems: tuple[str, ...]
    """The stem of each word, in the same order."""

    names: tuple[str, ...]
    """As of a text."""

    paths: tuple[str, ...]
    """Those of the names that may be files or folders."""


def analyze(text: str) -> Terms:
    """Split a text into its words and its whole names."""
    plain = folded(text)
    words: list[str] = []
    names = [f"adr-{number}" for number in _references(plain)]
    for token in plain.split():
        of_token, named = _terms_of(token) if len(token) <= _KEPT else _taken_apart(token)
        words += of_token
        if named:
            names += named
    return Terms(tuple(words), tuple(names))


def _references(plain: str) -> list[str]:
    """The numbers of the records that a text names; few texts name any, which is told quickly."""
    return _REFERENCE.findall(plain) if "adr" in plain.lower() else []


def _taken_apart(token: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words and the names of what stands between two spaces: no chunk reaches over one."""
    words: list[str] = []
    names: list[str] = []
    for chunk in _CHUNK.findall(token):
        of_chunk, name = _terms_of_chunk(chunk)
        words += of_chunk
        if name:
            names.append(name)
    return tuple(words), tuple(names)


_terms_of = functools.lru_cache(maxsize=16_384)(_taken_apart)
"""Texts repeat their words: to take one apart takes twenty times as long as to look it up."""


def _terms_of_chunk(chunk: str) -> tuple[tuple[str, ...], str]:
    """The words of a chunk, and the name that it is, if it is one."""
    parts = _WORD.findall(chunk)
    words = [piece for part in parts for piece in _pieces(part.lower())]
    if len(parts) < 2:
        return tuple(words), ""
    name = chunk.lower()[:MAX_TERM]
    # Who asks for postgresql means PostgreSQL, and the other way round.
    return (*words, *([name] if chunk.isalnum() else [])), name


def analyze_question(text: str) -> Asked:
    """The terms of a question, of which so much is read as ``MAX_QUESTION`` says."""
    terms = analyze(text[:MAX_QUESTION])
    words = tuple(dict.fromkeys(terms.words))
    telling = tuple(word for word in words if word not in STOP_WORDS) or words
    names = tuple(dict.fromkeys(terms.names))
    return Asked(telling, stems(telling), names, tuple(name for name in names if _is_path(name)))


def forms_of(question: Asked) -> list[tuple[str, ...]]:
    """Each word of a question with its stem and, of a record's number, the record.

    Who asks for ADR-012 means ADR-12, which has no such word.
    """
    return [
        (word, stem, record)
        if word.isdecimal() and (record := f"adr-{word.lstrip('0') or 0}") in question.names
        else (word, stem)
        for word, stem in zip(question.words, question.stems, strict=True)
    ]


def path_terms(path: str) -> tuple[str, ...]:
    """A file's path whole, each part of it, and what begins and what ends it."""
    parts = path.split("/")
    places = range(1, len(parts))
    heads, tails = ["/".join(parts[:n]) for n in places], ["/".join(parts[n:]) for n in places]
    pieces = (path, *parts, *heads, *tails)
    chunks = (chunk for piece in pieces for chunk in _CHUNK.findall(folded(piece)))
    return tuple(dict.fromkeys(chunk.lower()[:MAX_TERM] for chunk in chunks))


def references_in(path: str) -> tuple[str, ...]:
    """The number of the decision record that a path is named after."""
    numbers = (*_REFERENCE.findall(path), *_RECORD_FILE.findall(path))
    return tuple(dict.fromkeys(f"adr-{number}" for number in numbers))


def stems(words: Iterable[str]) -> tuple[str, ...]:
    """The marked stem of each word, in the same order."""
    return tuple(STEM_MARK + stem for stem in _stemmer().analyze(" ".join(words)))


@functools.cache
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("english")).build()


def _is_path(name: str) -> bool:
    return "/" in name or "." in name


class _WithoutMarks(dict[int, int | None]):
    """What ``str.translate`` makes of each character: it drops accents, looked up once each."""

    def __missing__(self, code: int) -> int | None:
        kept = self[code] = None if unicodedata.combining(chr(code)) else code
        return kept


_WITHOUT_MARKS = _WithoutMarks()


def folded(text: str) -> str:
    """NFKC without accents. Case stays: it says where an identifier splits."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return decomposed.translate(_WITHOUT_MARKS)


def _pieces(word: str) -> list[str]:
    """The word itself; a run of ideographs or syllables as its overlapping pairs."""
    if word.isascii() or len(word) < 3 or not _is_cjk(word):
        return [word[:MAX_TERM]]
    return [word[start : start + 2] for start in range(len(word) - 1)]


def _is_cjk(word: str) -> bool:
    return any(first <= sign <= last for sign in word for first, last in _CJK)
