"""What was pasted, when it is long: one word in the prompt stands for it.

The word is put back into what was pasted when the prompt is sent, so that a model
never sees it. Nothing here knows a widget.
"""

import re
from collections.abc import Mapping

LONG_LINES = 8
"""Lines up to which a paste is shown as it is: as many as the prompt has."""

LONG_TEXT = 1_000
"""Characters up to which a paste is shown as it is."""

_WORD = re.compile(r"\[pasted \d+: [\d,]+ (?:lines|characters), \^T unfolds\]")


class Pastes:
    """The long pastes of one run, each with the word that stands for it."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    @property
    def texts(self) -> Mapping[str, str]:
        """What was pasted, by the word that stands for it."""
        return self._texts

    def fold(self, text: str) -> str:
        """A pasted text as the prompt shows it: itself, or a word when it is long."""
        lines = text.removesuffix("\n").count("\n") + 1
        if lines <= LONG_LINES and len(text) <= LONG_TEXT:
            return text
        if (known := self._word_of(text)) is not None:
            return known
        size = f"{lines:,} lines" if lines > LONG_LINES else f"{len(text):,} characters"
        word = f"[pasted {len(self._texts) + 1}: {size}, ^T unfolds]"
        self._texts[word] = text
        return word

    def unfold(self, text: str) -> str:
        """A prompt with every word put back into what was pasted."""
        return _WORD.sub(lambda found: self._texts.get(found.group(), found.group()), text)

    def refold(self, text: str) -> str:
        """A prompt that comes back, with what was pasted into it as words again."""
        for word, pasted in self._texts.items():
            text = text.replace(pasted, word)
        return text

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where the words stand in a line of the prompt."""
        return [found.span() for found in _WORD.finditer(line) if found.group() in self._texts]

    def _word_of(self, text: str) -> str | None:
        return next((word for word, known in self._texts.items() if known == text), None)
