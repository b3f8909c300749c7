"""Plain BM25 over whole texts: what recall has to be better than.

Okapi's formula with k1 1.2 and b 0.75, lower-cased words, no stemming, nothing
dropped. On purpose not the product's code.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


class PlainBm25:
    """A ranking of a few hundred texts, all in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(_WORD.findall(text.lower())) for text in texts]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._average = sum(self._lengths) / len(texts)
        self._frequency = Counter(word for counts in self._counts for word in counts)

    def ranked(self, question: str) -> list[int]:
        """The places of the texts, best first."""
        words = set(_WORD.findall(question.lower()))
        scores = [self._score(words, place) for place in range(len(self._counts))]
        return sorted(range(len(scores)), key=lambda place: -scores[place])

    def _score(self, words: set[str], place: int) -> float:
        counts = self._counts[place]
        norm = 1.2 * (1 - 0.75 + 0.75 * self._lengths[place] / self._average)
        total = 0.0
        for word in words & counts.keys():
            frequency = self._frequency[word]
            idf = math.log1p((len(self._counts) - frequency + 0.5) / (frequency + 0.5))
            total += idf * counts[word] * 2.2 / (counts[word] + norm)
        return total
