"""What a cosine very probably does not exceed, told from one bit a coordinate.

For a question that may lose one in a thousand of its best. The bits are the signs of the vectors
less their mean; two vectors at an angle differ in about ``angle / pi`` of them, so counting the
bits that differ estimates the cosine. How far such estimates are off is measured when the bits
are formed, and five times that is added: what stays below the kth is not scanned as 8-bit codes,
which are eight times as long to read.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from featherchat.store.code_table import CodeTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.codes import Floats
    from featherchat.store.columns import Places

    Bits = NDArray[np.uint64]

_WIDTH = 5.0
"""So many times the usual error an estimate may be off."""

_ROUNDED = 0.01
"""More than 8 bits take from a cosine."""

WORTH_IT = 20_000
"""Fewer places are scanned as quickly without."""

_TELLING = 0.1
"""Estimates that are usually off by more rule out too little."""

FIRST_QUESTIONS = 16
"""They are answered without: the bits of 100,000 places take more than half a second to form."""

_CHUNK = 512
"""Vectors that are formed at once: they fit into a processor's cache."""

_COUNTED = 16_384
"""Places whose bits are counted at once."""

_SAMPLE, _QUESTIONS = 2_048, 32
"""Vectors that the mean and the usual error are formed from."""

_WORDS = 3

_UNKNOWN = 4.0
"""Added to what is not known: no cosine is below it."""


class Sieve:
    """The bits of the places of one table, as they were when it was made."""

    def __init__(self, codes: CodeTable, count: int) -> None:
        """Form the bits of the first ``count`` places, each of which has a vector or none."""
        self.size = count
        self.passed = 0
        """Places that have changed since: of them nothing is known."""

        sample = _vectors(codes, np.arange(0, count, max(1, count // _SAMPLE)))
        self._mean: Floats = sample.mean(axis=0)
        self._signs, self._turn = _turning(len(self._mean))
        parts = [
            self._formed(_vectors(codes, np.arange(start, min(start + _CHUNK, count))))
            for start in range(0, count, _CHUNK)
        ]
        self._bits: Bits = np.ascontiguousarray(np.concatenate([part[0] for part in parts]).T)
        self._lengths: Floats = np.concatenate([part[1] for part in parts])
        self._along: Floats = np.concatenate([part[2] for part in parts])
        self.usual_error = self._measured(sample)

    def pass_on(self, places: "Places") -> None:
        """Know nothing of some places any more: they were changed."""
        known = places[places < self.size]
        self.passed += len(known)
        self._along[known] = _UNKNOWN

    def uppers_of(self, vector: "NDArray[np.float64]") -> "Callable[[slice], Floats]":
        """Tells what the cosines of some places very probably do not exceed.

        Those that came since the bits were formed may be as near as can be.

        Args:
            vector: The question's, of any length above 0.
        """
        unit = (vector / np.sqrt((vector * vector).sum())).astype(np.float32)
        bits, lengths, along = self._formed(unit[None, :])
        likely = np.minimum(self._cosines() + np.float32(_WIDTH * self.usual_error), 1.0)
        likely *= lengths[0]
        rest = np.float32(along[0] - self._mean @ self._mean + _ROUNDED)

        def uppers(part: slice) -> "Floats":
            highest = np.full(part.stop - part.start, _UNKNOWN, dtype=np.float32)
            known = slice(part.start, min(part.stop, self.size))
            if known.start < known.stop:
                of_known = highest[: known.stop - known.start]
                differing = self._differing(bits[0], known)
                np.multiply(likely.take(differing), self._lengths[known], out=of_known)
                of_known += self._along[known]
                of_known += rest
            return highest

        return uppers

    def _formed(self, vectors: "Floats") -> "tuple[Bits, Floats, Floats]":
        """The bits of vectors less their mean, how long that is, and how far along the mean."""
        centered = vectors - self._mean
        signs = np.packbits(self._turned(centered) > 0, axis=1)
        padded = np.zeros((len(signs), -(-signs.shape[1] // 8) * 8), dtype=np.uint8)
        padded[:, : signs.shape[1]] = signs
        lengths = np.sqrt(np.einsum("ij,ij->i", centered, centered))
        return padded.view(np.uint64), lengths, vectors @ self._mean

    def _turned(self, vectors: "Floats") -> "Floats":
        """Vectors turned so that each coordinate has a share of many: then each bit tells as much."""
        size = len(self._turn)
        groups = (vectors * self._signs).reshape(len(vectors), size, -1).transpose(0, 2, 1)
        turned: Floats = np.ascontiguousarray(groups).reshape(-1, size) @ self._turn
        return turned.reshape(vectors.shape)

    def _differing(self, bits: "Bits", part: slice) -> "NDArray[np.uint16]":
        """In how many bits some places differ from a question."""
        counts = np.zeros(part.stop - part.start, dtype=np.uint16)
        for start in range(part.start, part.stop, _COUNTED):
            stop = min(start + _COUNTED, part.stop)
            of_chunk = counts[start - part.start : stop - part.start]
            for first in range(0, len(bits), _WORDS):
                words = zip(self._bits[first : first + _WORDS], bits[first:], strict=False)
                # Three words differ in no more bits than a byte can count.
                few = [np.bitwise_count(word[start:stop] ^ asked) for word, asked in words]
                for each in few[1:]:
                    few[0] += each
                of_chunk += few[0]
        return counts

    def _cosines(self) -> "Floats":
        """The cosine that each number of differing bits stands for."""
        dimensions = len(self._mean)
        shares = np.arange(dimensions + 1, dtype=np.float32) / dimensions
        cosines: Floats = np.cos(np.pi * shares)
        return cosines

    def _measured(self, sample: "Floats") -> float:
        """The root mean square of how far the estimates between vectors of a sample are off."""
        centered = sample - self._mean
        centered /= np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-6)
        signs = self._formed(sample)[0]
        asked = range(0, len(sample), max(1, len(sample) // _QUESTIONS))
        missed = [
            self._cosines()[np.bitwise_count(signs ^ signs[number]).sum(axis=1, dtype=np.uint16)]
            - centered @ centered[number]
            for number in asked
        ]
        return float(np.sqrt(np.mean(np.square(missed))))


class Sieves:
    """The sieve of a table that changes: made when it is worth it, and anew when it has aged."""

    def __init__(self) -> None:
        self._sieve: Sieve | None = None
        self._questions = 0

    def pass_on(self, places: "Places") -> None:
        """Some places have changed."""
        if self._sieve is not None:
            self._sieve.pass_on(places)

    def uppers(
        self, codes: CodeTable, count: int, vector: "NDArray[np.float64]"
    ) -> "Callable[[slice], Floats] | None":
        """How to tell what cosines do not exceed; None where a whole scan is as quick."""
        if count < WORTH_IT:
            return None
        self._questions += 1
        sieve = self._sieve
        if sieve is None and self._questions <= FIRST_QUESTIONS:
            return None
        if sieve is None or 10 * (count - sieve.size + sieve.passed) > count:
            sieve = self._sieve = Sieve(codes, count)
        return sieve.uppers_of(vector) if sieve.usual_error < _TELLING else None


def _turning(dimensions: int) -> "tuple[Floats, Floats]":
    """Random signs, and a Hadamard matrix of the greatest size that divides the dimensions."""
    signs = np.random.default_rng(7).choice(np.array([-1.0, 1.0], dtype=np.float32), dimensions)
    turn = np.ones((1, 1), dtype=np.float32)
    while dimensions % (2 * len(turn)) == 0:
        turn = np.block([[turn, turn], [turn, -turn]])
    return signs, turn


def _vectors(codes: CodeTable, places: "Places") -> "Floats":
    """The vectors of some places, as far as their codes tell."""
    kept, scales, _ = codes.kept(places)
    vectors: Floats = kept.astype(np.float32) * scales[:, None]
    return vectors
