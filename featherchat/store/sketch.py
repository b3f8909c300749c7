"""What no cosine exceeds, told from the few directions that tell most.

Vectors of one embedder lie near a space of far fewer dimensions than they have numbers. With
``x = x' + r``, the part in that space and the rest, and the question's ``q = q' + s``, the cosine
``<q, x> = <q', x'> + <s, r>`` is at most ``<q', x'> + |s| |r|`` (Cauchy-Schwarz). The parts are
kept as 8-bit codes of 64 to 192 numbers, at most a quarter of what a whole code of 768 is to read,
and what they are off by is added: a proof, whatever the vectors are. How much it rules out does depend on them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from featherchat.store.adaptive import Reach
from featherchat.store.bounds import Bounds, chunks
from featherchat.store.code_table import CodeTable
from featherchat.store.codes import Coded, CodedQuery, pack, quantize_parts

if TYPE_CHECKING:
    from numkong import PackedMatrix

    from featherchat.store.codes import Codes, Floats
    from featherchat.store.columns import Places

WORTH_IT = 2_048
"""Fewer places are scanned as quickly without."""

FIRST_QUESTIONS = 4
"""They are answered without: finding the directions takes as long as a hundred scans."""

SIZES = (64, 128, 192)
"""Numbers in a part: the first that leaves little enough is used."""

ENOUGH, TOO_MUCH = 0.2, 0.35
"""Shares of the squared lengths that are left to the rest: with the one no more numbers are
needed, with the other too little is ruled out. 10,000 texts by the local embedder leave .16 to
64 numbers; then 1 in 100 is scanned whole for the true ten best."""

AT_ONCE = 4_096
"""Places that become known at one question, at the most: 15 ms of 768 dimensions."""

FRESH = 512
"""So many new places are scanned whole before their parts are formed, too."""

_SAMPLE = 1_536
_SPARE = 8
_PIECE = 512
"""Places that are formed in one go: in a processor's cache, and without megabytes that the
process keeps."""

_UNKNOWN = 4.0
"""What is not known may be as near as can be: no cosine is above it."""

_ROUNDING = 2e-5
"""More than single precision loses of a cosine on the way."""

_OFF = np.float32(0.01)
"""So much a question's code may be off without a sum of its own: most are off by .005."""


@dataclass(frozen=True, slots=True)
class _Raised:
    """A chunk's parts, multiplied by the slopes of its places."""

    part: slice
    scales: "Floats"
    """Of those that are known, which come first."""

    rests: "Floats"
    tops: "Floats"
    """With the bases, and with a question's code that is as far off as ``_OFF``."""


class Sketch:
    """The parts of the places of one table, as far as they are formed."""

    def __init__(self, codes: CodeTable, count: int) -> None:
        """Find the directions; no place is known yet."""
        self._codes = codes
        self.size = 0
        """So many places are known."""

        self.passed = 0
        """How many of them have changed since: of those nothing is known."""

        sample = _vectors(codes, np.arange(0, count, max(1, count // _SAMPLE)))
        self._axes, self.left = _telling_axes(sample)
        self._packed: list[PackedMatrix] = []
        self._last: Codes = np.empty((0, self._axes.shape[1]), dtype=np.int8)
        self._scales = np.empty(0, dtype=np.float32)
        self._rests = np.empty(0, dtype=np.float32)
        self._offs = np.empty(0, dtype=np.float32)
        self._raised_for: Bounds | None = None
        self._raised_chunks: dict[int, _Raised] = {}

    def grow(self, count: int) -> None:
        """Form the parts of some more places, of the first ``count``."""
        if count - self.size < (FRESH if self.size else 1):
            return
        # One place more than is known: the chunk that the next ones belong to.
        number, chunk = len(chunks(self.size + 1)) - 1, chunks(count)
        start, place = self.size, self.size - chunk[number].start
        stop = min(chunk[number].stop, start + AT_ONCE)
        pieces = range(start, stop, _PIECE)
        formed = [self._formed(np.arange(at, min(at + _PIECE, stop))) for at in pieces]
        coded = [each for each, _ in formed]
        # What is asked for together is laid out together: half of one question's calls.
        self._last = np.concatenate([self._last[:place], *(each.codes for each in coded)])
        self._packed[number:] = [pack(self._last)]
        self._scales = np.concatenate([self._scales, *(each.scales for each in coded)])
        self._rests = np.concatenate([self._rests, *(rests for _, rests in formed)])
        self._offs = np.concatenate([self._offs, *(each.errors for each in coded)])
        self.size = stop
        self._raised_for = None

    def pass_on(self, places: "Places") -> None:
        """Know nothing of some places any more: they were changed."""
        known = places[places < self.size]
        self.passed += len(known)
        self._offs[known] = _UNKNOWN
        self._raised_for = None

    def reach_of(self, unit: "Floats", bounds: Bounds) -> Reach:
        """Tells the most that the places of a chunk can score; see ``narrowed``.

        Args:
            unit: The question's vector, of length 1.
            bounds: The line of every place.
        """
        part_of_it = unit @ self._axes
        coded = CodedQuery.of_part(part_of_it)
        scale = np.float32(coded.scale)
        rest = np.float32(_rest(unit @ unit, part_of_it @ part_of_it))
        # |q'| and |x'| are at most 1, so each code's error counts once.
        off = np.float32(coded.error * (1.0 + 1e-5) + _ROUNDING)

        def reach(chunk: int) -> "Floats":
            raised = self._raised(chunk, bounds)
            # (dot * scales * scale + rests * rest + offs + off) * slope + base
            highest = raised.rests * rest
            highest += raised.tops
            if off > _OFF:
                highest += bounds.slopes[raised.part] * (off - _OFF)
            known = len(raised.scales)
            if known:
                dots = coded.dots_of_packed(self._packed[chunk]).astype(np.float32)
                dots *= raised.scales
                dots *= scale
                highest[:known] += dots
            return highest

        return reach

    def _raised(self, chunk: int, bounds: Bounds) -> "_Raised":
        """What of a chunk's reach is the same for every question; formed once for some lines."""
        if self._raised_for is not bounds:
            self._raised_for, self._raised_chunks = bounds, {}
        found = self._raised_chunks.get(chunk)
        if found is None:
            part = chunks(len(bounds.slopes))[chunk]
            known = slice(part.start, max(part.start, min(part.stop, self.size)))
            slopes = bounds.slopes[part]
            rests, tops = np.zeros_like(slopes), slopes * np.float32(_UNKNOWN)
            few = known.stop - known.start
            rests[:few] = slopes[:few] * self._rests[known]
            tops[:few] = slopes[:few] * (self._offs[known] + np.float32(_OFF))
            tops += bounds.bases[part]
            found = _Raised(part, slopes[:few] * self._scales[known], rests, tops)
            self._raised_chunks[chunk] = found
        return found

    def _formed(self, places: "Places") -> "tuple[Coded, Floats]":
        """The coded parts of some places, with all that a cosine may be off; and their rests."""
        vectors = _vectors(self._codes, places)
        parts = vectors @ self._axes
        rests = _rest(_squares(vectors), _squares(parts))
        coded = quantize_parts(parts)
        # The vectors are themselves only what their codes tell.
        errors = coded.errors + self._codes.kept(places)[2]
        return Coded(coded.codes, coded.scales, errors), rests


class Sketches:
    """The sketch of a table that changes: made when it is worth it, and anew when it has aged."""

    def __init__(self) -> None:
        self._sketch: Sketch | None = None
        self._questions = 0

    def pass_on(self, places: "Places") -> None:
        """Some places have changed."""
        if self._sketch is not None:
            self._sketch.pass_on(places)

    def reach(self, codes: CodeTable, count: int, unit: "Floats", bounds: Bounds) -> Reach | None:
        """How to tell what places can score; None where that would rule out too little."""
        if count < WORTH_IT:
            return None
        self._questions += 1
        if self._questions <= FIRST_QUESTIONS:
            return None
        sketch = self._sketch
        if sketch is None or 10 * sketch.passed > count:
            sketch = self._sketch = Sketch(codes, count)
        if sketch.left > TOO_MUCH:
            return None
        sketch.grow(count)
        return sketch.reach_of(unit, bounds)


def _telling_axes(sample: "Floats") -> "tuple[Floats, float]":
    """Orthonormal directions, shape (dimensions, n), and the share that they leave to the rest.

    By random projection and a power iteration (Halko, Martinsson and Tropp 2011): for a bound
    they need not be the very best. What they leave is measured on vectors that they are not from.
    """
    held_back = np.arange(len(sample)) % 3 == 2
    seen, others = sample[~held_back], sample[held_back]
    most = min(SIZES[-1] + _SPARE, sample.shape[1])
    axes = np.random.default_rng(7).standard_normal((sample.shape[1], most)).astype(np.float32)
    for _ in range(2):
        axes = np.linalg.qr(seen.T @ (seen @ axes))[0]
    parts = seen @ axes
    turned = np.linalg.eigh((parts.T @ parts).astype(np.float64))[1][:, ::-1]
    axes = np.linalg.qr(axes.astype(np.float64) @ turned)[0].astype(np.float32)
    whole = float(_squares(others).sum()) or 1.0
    for size in SIZES:
        left = 1.0 - float(_squares(others @ axes[:, :size]).sum()) / whole
        if left <= ENOUGH:
            break
    return np.ascontiguousarray(axes[:, :size]), left


def _vectors(codes: CodeTable, places: "Places") -> "Floats":
    """The vectors of some places, as far as their codes tell."""
    kept, scales, _ = codes.kept(places)
    vectors: Floats = kept.astype(np.float32)
    vectors *= scales[:, None]
    return vectors


def _squares(vectors: "Floats") -> "Floats":
    squares: Floats = np.einsum("ij,ij->i", vectors, vectors)
    return squares


def _rest(whole: "Floats", part: "Floats") -> "Floats":
    """The most that the rest's length can be, from squared lengths in single precision."""
    rest: Floats = np.sqrt(np.maximum(whole - part, 0.0) + np.float32(4e-6))
    return rest
