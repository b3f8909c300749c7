"""Cuts text into the pieces that a BERT model knows.

The same ids as Hugging Face's ``tokenizers`` for an uncased BERT vocabulary, in
the standard library alone: that package would bring 25 MB and a client of the
model hub for this one page of work. What reads like a special token in a text,
such as ``[SEP]``, is text: nothing that is remembered can steer the model.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

LONGEST_WORD = 100
"""Characters; a longer word is unknown as a whole (the model was trained so)."""

_CACHED_WORDS = 65_536
_KEPT_CONTROLS = "\t\n\r"
_IDEOGRAPHS = (
    # The blocks that BERT sets apart, one character a word (google-research/bert, tokenization.py).
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class _Spelling(dict[int, str]):
    """What BERT reads for a character; filled as characters are met, for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        self[code] = spelling = _spelling(chr(code))
        return spelling


def _spelling(character: str) -> str:
    if character.isspace() and (character in _KEPT_CONTROLS or not _is_control(character)):
        return " "
    if character in "\0\ufffd" or _is_control(character):
        return ""
    plain = "".join(
        part.lower()
        for part in unicodedata.normalize("NFD", character)
        if unicodedata.category(part) != "Mn"
    )
    if _is_ideograph(character):
        return f" {plain} "
    return "".join(f" {part} " if _is_punctuation(part) else part for part in plain)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"}


def _is_punctuation(character: str) -> bool:
    ascii_symbol = character.isascii() and character.isprintable() and not character.isalnum()
    return (ascii_symbol and character != " ") or unicodedata.category(character).startswith("P")


def _is_ideograph(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)


class WordPiece:
    """The tokenizer of one vocabulary. One thread uses it."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Keep a vocabulary: each piece's id, a piece inside a word written as ``##piece``."""
        self._vocabulary = vocabulary
        self._unknown = vocabulary["[UNK]"]
        self._start = vocabulary["[CLS]"]
        self._end = vocabulary["[SEP]"]
        self._spelling = _Spelling()
        self._pieces = lru_cache(maxsize=_CACHED_WORDS)(self._cut)

    @classmethod
    def from_file(cls, path: Path) -> "WordPiece":
        """Read the vocabulary out of a ``tokenizer.json`` of Hugging Face."""
        return cls(json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"])

    def encode(self, text: str, limit: int = 512) -> list[int]:
        """The ids of a text between the start and the end mark, at most ``limit`` in all."""
        ids = [self._start]
        for word in text.translate(self._spelling).split():
            ids.extend(self._pieces(word))
            if len(ids) >= limit:
                break
        del ids[limit - 1 :]
        ids.append(self._end)
        return ids

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces = tuple(self._longest_first(word))
        return (self._unknown,) if self._unknown in pieces else pieces

    def _longest_first(self, word: str) -> Iterator[int]:
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self._vocabulary.get(prefix + word[start:end])
                if piece is not None:
                    yield piece
                    start = end
                    break
            else:
                yield self._unknown
                return
