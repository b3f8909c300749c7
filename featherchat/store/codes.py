"""Vectors as 8-bit codes, and how far a code's dot product can be from the truth.

A code is a vector of length 1 times 127 over its greatest coordinate, rounded. With
``x = x̂ + e`` and ``q = q̂ + f`` the estimate ``<q̂, x̂>`` misses ``<q, x>`` by at most
``|f| |x̂| + |q| |e|`` (Cauchy-Schwarz), so a scan of codes yields an interval for every cosine
and the vectors themselves are needed only where intervals overlap.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numkong
import numpy as np

if TYPE_CHECKING:
    from numkong import PackedMatrix
    from numpy.typing import NDArray

    Codes = NDArray[np.int8]
    Floats = NDArray[np.float32]

_STEPS = 127.0
_CHUNK = 512
"""Vectors that are coded at once: in a processor's cache."""

_ROUNDING = 1e-6
"""More than single precision loses on a dot product of estimates."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Vectors of length 1 as codes: ``codes * scales`` misses them by at most ``errors``."""

    codes: "Codes"
    scales: "Floats"
    errors: "Floats"


def quantize(vectors: "NDArray[np.float16] | Floats") -> Coded:
    """Code vectors of any length above 0, shape (n, dimensions), as if they had length 1."""
    count, dimensions = vectors.shape
    codes = np.empty((count, dimensions), dtype=np.int8)
    scales = np.empty(count, dtype=np.float32)
    errors = np.empty(count, dtype=np.float32)
    for start in range(0, count, _CHUNK):
        part = slice(start, min(start + _CHUNK, count))
        unit = widened(vectors[part])
        unit /= np.maximum(np.sqrt(np.einsum("ij,ij->i", unit, unit)), 1e-30)[:, None]
        scale = np.maximum(np.maximum(unit.max(axis=1), -unit.min(axis=1)), 1e-30)
        scale /= np.float32(_STEPS)
        rounded = unit / scale[:, None]
        np.rint(rounded, out=rounded)
        codes[part] = rounded
        scales[part] = scale
        rounded *= scale[:, None]
        unit -= rounded
        errors[part] = np.sqrt(np.einsum("ij,ij->i", unit, unit)) * 1.0001 + _ROUNDING
    return Coded(codes, scales, errors)


def widened(vectors: "NDArray[np.float16] | Floats") -> "Floats":
    """A copy in single precision: exact, in a tenth of the time that numpy takes."""
    wide: Floats = np.asarray(numkong.astype(vectors, "float32"))
    return wide


def quantize_parts(parts: "Floats") -> Coded:
    """Code vectors as they are, shape (n, dimensions), none longer than about 1."""
    scales = np.maximum(np.abs(parts).max(axis=1), 1e-30) / np.float32(_STEPS)
    codes = np.rint(parts / scales[:, None])
    missed = parts - codes * scales[:, None]
    errors = np.sqrt(np.einsum("ij,ij->i", missed, missed)) * 1.0001 + np.float32(_ROUNDING)
    return Coded(codes.astype(np.int8), scales, errors)


def pack(codes: "Codes") -> "PackedMatrix":
    """A copy of codes, laid out for the quickest kernel while they fit into the cache."""
    return numkong.dots_pack(codes)


def estimates_of(unit: "Floats", codes: "Codes", scales: "Floats") -> "Floats":
    """The estimated cosine of a few coded vectors and a vector of length 1, itself not coded."""
    estimates: Floats = codes.astype(np.float32) @ unit
    estimates *= scales
    return estimates


@dataclass(frozen=True, slots=True)
class CodedQuery:
    """A question's vector as a code."""

    code: "Codes"
    """Shape (1, dimensions)."""

    scale: float
    error: float

    @classmethod
    def of(cls, vector: "NDArray[np.float64]") -> "CodedQuery":
        """Code a vector of any length above 0, as if it had length 1."""
        return cls.of_part(vector / np.sqrt(vector @ vector))

    @classmethod
    def of_part(cls, unit: "NDArray[np.float64] | Floats") -> "CodedQuery":
        """Code a vector as it is, none longer than about 1."""
        scale = max(float(np.abs(unit).max()), 1e-30) / _STEPS
        code = np.rint(unit / scale)
        missed = unit - code * scale
        error = math.sqrt(float(missed @ missed)) * 1.0001 + _ROUNDING
        return cls(code.astype(np.int8)[None, :], scale, error)

    def estimates(self, codes: "Codes", scales: "Floats") -> "Floats":
        """The estimated cosine of each coded vector."""
        return self._scaled(numkong.cdist(self.code, codes, metric="dot"), scales)

    def estimates_of_packed(self, blocks: "Sequence[PackedMatrix]", scales: "Floats") -> "Floats":
        """The same, of consecutive blocks of codes that ``pack`` has laid out."""
        dots = [self.dots_of_packed(block) for block in blocks]
        return self._scaled([dots[0] if len(dots) == 1 else np.concatenate(dots)], scales)

    def dots_of_packed(self, block: "PackedMatrix") -> "NDArray[np.int32]":
        """The dot products with the codes themselves."""
        dots: NDArray[np.int32] = np.asarray(numkong.dots_packed(self.code, block))[0]
        return dots

    def _scaled(self, dots: Any, scales: "Floats") -> "Floats":
        estimates: Floats = np.asarray(dots)[0].astype(np.float32)
        estimates *= scales
        estimates *= np.float32(self.scale)
        return estimates

    def margins(self, errors: "Floats") -> "Floats":
        """How far each estimate can be from the cosine."""
        return np.float32(1 + self.error) * errors + np.float32(self.error + _ROUNDING)
