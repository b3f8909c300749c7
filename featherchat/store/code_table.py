"""The codes of every place: those of the cache file mapped, what came since beside them."""

from typing import TYPE_CHECKING

import numpy as np

from featherchat.store.array_file import HarmedFile, MappedArray, block_sum
from featherchat.store.codes import CodedQuery, estimates_of, pack, quantize

if TYPE_CHECKING:
    from numkong import PackedMatrix
    from numpy.typing import NDArray

    from featherchat.store.codes import Codes, Floats
    from featherchat.store.columns import Places

PACKED = 16_384
"""So many mapped codes are copied into the layout that is scanned in two thirds of the time."""

PACKED_ROWS = 512
"""So many of them are laid out together: a scan of the best blocks leaves the others alone."""

_FIRST_SCANS = 4
"""Before them nothing is laid out, which costs as much as twenty scans: who asks once need not wait."""

SUMMED_ROWS = 2048
"""Rows of codes that are compared with their sum at once, when they are first scanned."""


_ROUNDING = np.float32(1e-5)
"""More than single precision loses on a dot product."""


class CodeTable:
    """Codes, scales and errors by place."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self._base: Codes = np.empty((0, dimensions), dtype=np.int8)
        self._sums: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._unread: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)
        self._all_read = True
        self._packed: dict[int, PackedMatrix] = {}
        self._scans = 0
        self._tail: Codes = np.empty((0, dimensions), dtype=np.int8)
        self._scales: Floats = np.empty(0, dtype=np.float32)
        self._errors: Floats = np.empty(0, dtype=np.float32)

    @classmethod
    def of(cls, codes: MappedArray, scales: "Floats", errors: "Floats") -> "CodeTable":
        """Codes as they were kept; compared with their sums when they are first used."""
        table = cls(codes.values.shape[1])
        table._base, table._sums = codes.values, codes.sums
        table._unread = np.ones(len(codes.sums), dtype=np.bool_)
        table._all_read = False
        table._scales, table._errors = np.array(scales), np.array(errors)
        return table

    def put(self, places: "Places", vectors: "NDArray[np.float16]", count: int) -> None:
        """Code the vectors of some places; there are ``count`` places in all now."""
        self._grow(count)
        if not len(places):
            return
        coded = quantize(vectors)
        edge = len(self._base)
        inside, beyond = places < edge, places >= edge
        if inside.any():
            # What is written over can no longer be compared with the file's sums.
            self._compare(places[inside])
            self._base[places[inside]] = coded.codes[inside]
            for block in set((places[inside] // PACKED_ROWS).tolist()):
                self._packed.pop(block, None)
        self._tail[places[beyond] - edge] = coded.codes[beyond]
        self._scales[places] = coded.scales
        self._errors[places] = coded.errors

    def scan(self, query: CodedQuery, part: "Places | slice") -> "tuple[Floats, Floats]":
        """The estimated cosines of some places, and how far each can be off.

        Raises:
            HarmedFile: If the mapped codes are not what was written.
        """
        self._scans += 1
        margins = query.margins(self._errors[part])
        if not isinstance(part, slice):
            return query.estimates(self._gathered(part), self._scales[part]), margins
        edge = len(self._base)
        halves = []
        if part.start < edge:
            inside = slice(part.start, min(part.stop, edge))
            if self._scans > _FIRST_SCANS and self._is_packable(inside):
                blocks = range(inside.start // PACKED_ROWS, -(-inside.stop // PACKED_ROWS))
                packed = [self._packed_block(block) for block in blocks]
                halves.append(query.estimates_of_packed(packed, self._scales[inside]))
            else:
                self._compare(inside)
                halves.append(query.estimates(self._base[inside], self._scales[inside]))
        if part.stop > edge:
            beyond = slice(max(part.start, edge), part.stop)
            codes = self._tail[beyond.start - edge : beyond.stop - edge]
            halves.append(query.estimates(codes, self._scales[beyond]))
        return halves[0] if len(halves) == 1 else np.concatenate(halves), margins

    def few(self, unit: "Floats", places: "Places") -> "tuple[Floats, Floats]":
        """The same of a few places and a question that need not be coded: half as far off.

        Raises:
            HarmedFile: If the mapped codes are not what was written.
        """
        estimates = estimates_of(unit, self._gathered(places), self._scales[places])
        return estimates, self._errors[places] + _ROUNDING

    def kept(self, places: "Places") -> "tuple[Codes, Floats, Floats]":
        """Codes, scales and errors of some places, as a cache file keeps them."""
        return self._gathered(places), self._scales[places], self._errors[places]

    def _is_packable(self, part: slice) -> bool:
        """Whether a part of the mapped codes is one of whole blocks, of a table that is small."""
        edge = len(self._base)
        whole = part.start % PACKED_ROWS == 0 and (
            part.stop == edge or part.stop % PACKED_ROWS == 0
        )
        return whole and edge <= PACKED

    def _packed_block(self, block: int) -> "PackedMatrix":
        """Some mapped codes as the quickest kernel wants them: a copy."""
        found = self._packed.get(block)
        if found is None:
            rows = slice(block * PACKED_ROWS, min((block + 1) * PACKED_ROWS, len(self._base)))
            self._compare(rows)
            found = self._packed[block] = pack(self._base[rows])
        return found

    def _gathered(self, places: "Places") -> "Codes":
        edge = len(self._base)
        inside = places < edge
        if inside.all():
            self._compare(places)
            codes: Codes = self._base.take(places, axis=0)
            return codes
        self._compare(places[inside])
        codes = np.empty((len(places), self.dimensions), dtype=np.int8)
        codes[inside] = self._base[places[inside]]
        codes[~inside] = self._tail[places[~inside] - edge]
        return codes

    def _compare(self, part: "Places | slice") -> None:
        """Compare what is read for the first time with its sums."""
        if self._all_read:
            return
        if isinstance(part, slice):
            touched = np.arange(part.start // SUMMED_ROWS, -(-part.stop // SUMMED_ROWS))
        else:
            touched = part // SUMMED_ROWS
        for block in set(touched[self._unread[touched]].tolist()):
            start = block * SUMMED_ROWS
            if block_sum(self._base[start : start + SUMMED_ROWS]) != int(self._sums[block]):
                raise HarmedFile("codes are not what was written")
            self._unread[block] = False
        self._all_read = not self._unread.any()

    def _grow(self, count: int) -> None:
        if count > len(self._scales):
            room = max(count, len(self._scales) * 5 // 4, 64)
            self._scales = _longer(self._scales, room)
            self._errors = _longer(self._errors, room)
        beyond = count - len(self._base)
        if beyond > len(self._tail):
            larger = np.zeros((max(beyond, len(self._tail) * 5 // 4, 64), self.dimensions), np.int8)
            larger[: len(self._tail)] = self._tail
            self._tail = larger


def _longer(values: "Floats", count: int) -> "Floats":
    longer = np.zeros(count, dtype=np.float32)
    longer[: len(values)] = values
    return longer
