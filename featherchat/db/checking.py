"""What a caller may hand in: every value is checked before anything is written.

Each check returns the value as the store keeps it, or raises an error that names the
value and the limit.
"""

import math
import re
import reprlib
import sys
from collections.abc import Collection, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from featherchat.errors import InvalidValue
from featherchat.memory import KINDS, MAX_TEXT, Attribute

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Matrix, Vector

MAX_NAME = 200
"""Characters in an id, a namespace, an entity, a relation or the name of an attribute."""

MAX_ATTRIBUTES = 200
"""Attributes of one memory."""

MAX_DIMENSIONS = 65_536
"""Numbers in one vector."""

MAX_RESULTS = 100_000
"""The largest ``k``."""

MAX_HOPS = 20
"""Edges that a walk goes at the most."""

MAX_DAYS = 1e9
"""The longest half-life or horizon."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""

_BLOCK = 128
"""Vectors that are brought to length 1 at a time: as float64 they fit into a processor's cache."""

_SQUARABLE = (1e-100, 1e100)
"""Numbers whose squares float64 holds."""

_AS_GOOD_AS_1 = 1e-6
"""By so much single precision may miss the square of a length."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_INTEGERS = range(-(2**63), 2**63)
_SEPARATORS = re.compile(r"[\s_-]+")


def plain_text(value: str) -> str:
    """The characters of a text, without the class that a StrEnum or a numpy text adds."""
    # Not str(value): what an enumeration or a class of one's own says there is another text.
    return str.__str__(value)


def _plain(value: Any) -> Any:
    """What a scalar of numpy stands for; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def checked_name(what: str, value: Any) -> str:
    """A short text without NUL and lone surrogates: an id, a namespace, a relation."""
    if not isinstance(value, str):
        raise InvalidValue(
            f"The {what} is {shown(value)}, a {type(value).__name__}, but must be a text.",
            hint=f"Give the {what} as a str.",
        )
    value = plain_text(value)
    if not value.strip() or len(value) > MAX_NAME or _NO_TEXT.search(value):
        raise InvalidValue(
            f"The {what} is {shown(value)} with {len(value):,} characters, but must have 1 to"
            f" {MAX_NAME}, without NUL and lone surrogates.",
            hint=f"Give a shorter or cleaner {what}.",
        )
    return str(value)


def checked_text(value: Any) -> str:
    """The text of a memory; what is absent is the empty text."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValue(
            f"The text is {shown(value)}, a {type(value).__name__}, but must be a text.",
            hint="Give the text as a str, or leave it out.",
        )
    text = plain_text(value)
    if not text.strip():
        raise InvalidValue(
            f"The text {shown(value)} is empty; it may have 1 to {MAX_TEXT:,} characters.",
            hint="Leave the text out if there is none.",
        )
    return text


def checked_number(what: str, value: Any, low: float, high: float) -> float:
    """A finite number between two limits, both included."""
    number = _plain(value)
    if not _is_number(number) or not low <= number <= high:
        raise InvalidValue(
            f"The {what} is {shown(value)}, but must be a number from {low:g} to {high:g}.",
            hint=f"Give a number from {low:g} to {high:g}.",
        )
    return float(number)


def checked_share(what: str, value: Any) -> float:
    """A number above 0 and at most 1."""
    number = _plain(value)
    if not _is_number(number) or not 0 < number <= 1:
        raise InvalidValue(
            f"The {what} is {shown(value)}, but must be a number above 0 and at most 1.",
            hint="Give a number above 0 and at most 1.",
        )
    return float(number)


def checked_count(what: str, value: Any, low: int, high: int) -> int:
    """A whole number between two limits, both included."""
    if type(value) is int and low <= value <= high:
        return value
    given = _plain(value)
    count = int(given) if isinstance(given, Integral) and _is_number(given) else None
    if count is None or not low <= count <= high:
        raise InvalidValue(
            f"{what} is {shown(value)}, but must be a whole number from {low} to {high:,}.",
            hint=f"Give a whole number from {low} to {high:,}.",
        )
    return count


def checked_list(what: str, value: Any) -> tuple[Any, ...]:
    """The members of a list, an array or the like: a text is none, though it could be gone through."""
    try:
        if isinstance(value, str) or not isinstance(value, Collection):
            raise TypeError(what)
        # An array of no dimension is a collection that cannot be gone through.
        return tuple(value)
    except TypeError as error:
        raise InvalidValue(
            f"{what} is {shown(value)}, but must be a list.", hint=f"Give {what} as a list."
        ) from error


def checked_time(what: str, value: Any) -> float:
    """Seconds UTC."""
    seconds = _plain(value)
    if not _is_number(seconds) or not -LAST_SECOND <= seconds <= LAST_SECOND:
        raise InvalidValue(
            f"{what} is {shown(value)}, but must be seconds since 1970 in UTC, at most"
            f" {LAST_SECOND:,}.",
            hint="Give the timestamp() of a datetime.",
        )
    return float(seconds)


def checked_flag(what: str, value: Any) -> bool:
    """True or False, and nothing that only counts as one of them."""
    flag = _plain(value)
    if not isinstance(flag, bool):
        raise InvalidValue(
            f"{what} is {shown(value)}, but must be True or False.",
            hint="Give True or False.",
        )
    return flag


def checked_attribute(name: Any, value: Any) -> Attribute:
    """An attribute's value, kept with its type."""
    checked_name("name of an attribute", name)
    kept = _plain_attribute(value)
    if isinstance(kept, str):
        fits = len(kept) <= MAX_TEXT and not _NO_TEXT.search(kept)
    elif isinstance(kept, int) and not isinstance(kept, bool):
        fits = kept in _INTEGERS
    elif isinstance(kept, float):
        fits = math.isfinite(kept)
    else:
        fits = kept is None or isinstance(kept, bool)
    if not fits:
        raise InvalidValue(
            f"The attribute {name!r} is {shown(value)}, a {type(value).__name__}, but must"
            f" be None, a bool, a 64-bit int, a finite float, or a text of at most {MAX_TEXT:,}"
            " characters without NUL and lone surrogates.",
            hint="Give one of those, such as a JSON text for anything larger.",
        )
    said: Attribute = kept
    return said


def _plain_attribute(value: Any) -> Any:
    scalar = _plain(value)
    if isinstance(scalar, str):
        return plain_text(scalar)
    if isinstance(scalar, int) and not isinstance(scalar, bool):
        return int(scalar)
    # The long double is the one number of numpy that no Python number stands for.
    return float(scalar) if isinstance(scalar, float | np.floating) else scalar


def checked_attributes(values: Mapping[Any, Any]) -> dict[str, Attribute]:
    """Attributes by name."""
    if not isinstance(values, Mapping):
        raise InvalidValue(
            f"The attributes are {shown(values)}, but must be a mapping.",
            hint='Give a mapping such as {"user_id": "u_1"}.',
        )
    if len(values) > MAX_ATTRIBUTES:
        raise InvalidValue(
            f"There are {len(values):,} attributes; the limit is {MAX_ATTRIBUTES}.",
            hint="Keep fewer attributes, or one JSON text.",
        )
    return {
        checked_name("name of an attribute", name): checked_attribute(name, value)
        for name, value in values.items()
    }


def kind_of(entity: Any) -> str:
    """The kind that a caller's word means.

    Singular or plural, hyphen or underscore: ``code-changes`` is ``code_change``. A word
    that is no known kind is a kind of its own, as it is written.
    """
    word = _SEPARATORS.sub("_", checked_name("entity", entity).strip().lower()).strip("_")
    for singular in (word, word.removesuffix("s"), word.removesuffix("es")):
        if singular in KINDS:
            return singular
    return word or checked_name("entity", word)


def unit_vector(value: Any, dimensions: int) -> "Vector":
    """A vector at length 1: float32, shape (dimensions,)."""
    if type(value) is np.ndarray and value.shape == (dimensions,) and value.dtype.kind == "f":
        # Nearly every question: a fifth of what a matrix's checks take.
        if _is_plain(value) and abs(float(value.dot(value)) - 1.0) < _AS_GOOD_AS_1:
            return value
        exact = value.astype(np.float64)
        # Not a matrix product, which warns of numbers whose squares are infinite.
        square = float(np.vdot(exact, exact))
        if _SQUARABLE[0] < square < _SQUARABLE[1]:
            plain: Vector = (exact / math.sqrt(square)).astype(np.float32)
            return plain
    # A plain array is looked at where it is; anything else has to be gone through.
    several = value[None] if type(value) is np.ndarray else [value]
    vector: Vector = unit_matrix(several, dimensions)[0]
    return vector


def unit_matrix(values: Any, dimensions: int) -> "Matrix":
    """Vectors at length 1: float32, shape (n, dimensions)."""
    if _has_masked(values):
        raise InvalidValue(
            "The vector has numbers that are masked, which are none.",
            hint="Fill them, such as with filled() of the masked array, or leave the vector out.",
        )
    try:
        given = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise _not_vectors(values, dimensions) from error
    if given.shape == (0,):
        return np.empty((0, dimensions), dtype=np.float32)
    if given.dtype.kind not in "fiu" or given.ndim != 2:
        raise _not_vectors(values, dimensions)
    if given.shape[1] != dimensions:
        raise InvalidValue(
            f"The vector has {given.shape[1]:,} numbers; this store's vectors have {dimensions:,}.",
            hint=f"Give {dimensions:,} numbers, from the embedder that made the others.",
        )
    if _is_plain(given) and _are_units(given):
        return given
    units = np.empty(given.shape, dtype=np.float32)
    for start in range(0, len(given), _BLOCK):
        units[start : start + _BLOCK] = _at_length_1(given[start : start + _BLOCK], start)
    return units


def _has_masked(values: Any) -> bool:
    # Looked for before asarray, which shows what lies under a mask.
    if type(values) is np.ndarray:
        return False
    if "numpy.ma" not in sys.modules:
        # Nobody can have made one, and to load it takes 15 ms.
        return False
    several = values if isinstance(values, list | tuple) else (values,)
    return any(np.ma.is_masked(each) for each in several)


def _at_length_1(given: "NDArray[Any]", first: int) -> "NDArray[np.float64]":
    exact = given.astype(np.float64)
    peaks = np.maximum(exact.max(axis=1), -exact.min(axis=1))
    wrong = np.flatnonzero(~np.isfinite(peaks) | (peaks == 0.0))
    if len(wrong):
        place = int(wrong[0])
        raise InvalidValue(
            f"Vector {first + place} has {peaks[place]:g} as its largest number, but must be"
            " finite and longer than 0.",
            hint="Check what the embedder returned for it.",
        )
    if not _SQUARABLE[0] < peaks.min() <= peaks.max() < _SQUARABLE[1]:
        # By the largest number first: the squares of very large ones are infinite.
        exact /= peaks[:, None]
    exact /= np.sqrt(np.einsum("ij,ij->i", exact, exact))[:, None]
    return exact


def _is_plain(given: "NDArray[Any]") -> bool:
    """Whether native code can read it as it lies."""
    return given.dtype == np.float32 and given.flags.c_contiguous


def _are_units(given: "NDArray[Any]") -> bool:
    """Whether all rows have length 1 already, as far as single precision tells."""
    squares = np.einsum("ij,ij->i", given, given)
    return bool((np.abs(squares - 1.0) < _AS_GOOD_AS_1).all())


def shown(value: Any) -> str:
    """The beginning of a value, fit for a message."""
    return reprlib.repr(value)


def _not_vectors(value: Any, dimensions: int) -> InvalidValue:
    return InvalidValue(
        f"{shown(value)} is no vector of {dimensions:,} numbers.",
        hint=f"Give {dimensions:,} numbers as a list or an array of floats.",
    )
