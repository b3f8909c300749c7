"""Arrays in a mapped file that may be harmed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.store.array_file import (
    HarmedFile,
    block_sum,
    block_sums,
    read_arrays,
    write_arrays,
)

ARRAYS = {
    "seq": np.arange(10, dtype=np.int64),
    "codes": np.arange(70, dtype=np.int8).reshape(10, 7),
    "nothing": np.empty((0, 3), dtype=np.float32),
}


def written(path: Path) -> Path:
    assert write_arrays(path, {"revision": 7, "words": ["ä"]}, ARRAYS, block_rows=4)
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    facts, arrays = read_arrays(written(tmp_path / "cache" / "engine.arrays"))

    assert facts == {"revision": 7, "words": ["ä"]}
    assert {name: each.values.tolist() for name, each in arrays.items()} == {
        name: values.tolist() for name, values in ARRAYS.items()
    }
    assert [file.name for file in (tmp_path / "cache").iterdir()] == ["engine.arrays"]


def test_the_sums_are_those_of_what_was_written(tmp_path: Path) -> None:
    _, arrays = read_arrays(written(tmp_path / "engine.arrays"))

    assert all((block_sums(each.values, 4) == each.sums).all() for each in arrays.values())


@settings(deadline=None)
@given(st.integers(0, 20_000), st.integers(0, 7))
def test_a_flipped_bit_is_seen_or_does_not_count(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "harmed.arrays")
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)

    try:
        facts, arrays = read_arrays(path)
        harmed = any((block_sums(each.values, 4) != each.sums).any() for each in arrays.values())
    except HarmedFile:
        harmed = True

    if not harmed:
        assert facts["revision"] == 7
        assert all((arrays[name].values == ARRAYS[name]).all() for name in ARRAYS)


@pytest.mark.parametrize("size", [0, 5, 100, 4096, 5000])
def test_a_file_that_was_cut_off_is_harmed(tmp_path: Path, size: int) -> None:
    path = written(tmp_path / "engine.arrays")
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(HarmedFile):
        read_arrays(path)


def test_an_absent_file_is_harmed(tmp_path: Path) -> None:
    with pytest.raises(HarmedFile):
        read_arrays(tmp_path / "engine.arrays")


def test_a_change_of_a_mapped_array_stays_in_this_process(tmp_path: Path) -> None:
    path = written(tmp_path / "engine.arrays")
    before = path.read_bytes()

    _, arrays = read_arrays(path)
    arrays["seq"].values[0] = 99

    assert path.read_bytes() == before


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not write_arrays(tmp_path / "file" / "engine.arrays", {}, ARRAYS, 4)
    assert (tmp_path / "file").read_text() == ""


def test_a_sum_counts_the_last_bytes() -> None:
    values = np.array([1, 0, 0, 0, 0, 0, 0, 0, 2, 1], dtype=np.int8)

    assert block_sum(values) == 1 + 2 + 256
