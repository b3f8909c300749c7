"""The power goes at any moment: what was acknowledged is there, and the store is sound."""

import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from featherchat.errors import StoreDamaged
from featherchat.store.database import open_database
from tests.harming import discard
from tests.store.acknowledged import lost
from tests.store.disk import Disk, Event, can_trace, traced, without_syncs_of_the_log

pytestmark = pytest.mark.skipif(
    not can_trace(), reason="strace is missing or may not trace: power cuts cannot be replayed"
)


class Traced:
    """A store, and what a writer did to it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.root = folder / "disk"
        store = self.root / "memory.feather"
        open_database(store).close()
        self.before = {str(store): store.read_bytes()}
        self.events = traced(folder, store, *options)

    def cuts(self, count: int, events: Sequence[Event]) -> "Cuts":
        """Cut the power at random moments, and look at what a restart finds."""
        moments = sorted(random.Random(3).choices(range(len(events)), k=count))
        disk, at, result = Disk(self.before), 0, Cuts()
        # In memory if there is such a place: what is left of the disk needs no disk of its own.
        memory = Path("/dev/shm")
        place = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else self.folder))
        try:
            for number, moment in enumerate(moments):
                for event in events[at:moment]:
                    disk.play(event)
                at = moment
                disk.cut(number, self.root, place / str(number))
                result.acknowledged += len(disk.said)
                try:
                    gone = lost(place / str(number) / "memory.feather", disk.said)
                except StoreDamaged:
                    result.refused += 1
                else:
                    result.lost += len(gone)
        finally:
            discard(place)
        return result


@dataclass
class Cuts:
    """What many power cuts cost."""

    acknowledged: int = 0
    """Memories, summed over all cuts."""

    lost: int = 0
    refused: int = 0
    """Stores that say themselves that acknowledged changes are missing."""


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    writing = Traced(tmp_path, "--steps", "30", "--reopen-every", "12")

    result = writing.cuts(40, writing.events)

    assert result.acknowledged > 400
    assert (result.lost, result.refused) == (0, 0)


def test_the_model_of_the_disk_sees_what_a_log_without_syncs_loses(tmp_path: Path) -> None:
    writing = Traced(tmp_path, "--steps", "20")

    result = writing.cuts(15, without_syncs_of_the_log(writing.events))

    assert result.lost + result.refused > 5


@pytest.mark.slow
def test_five_hundred_power_cuts_lose_nothing(tmp_path: Path) -> None:
    writing = Traced(tmp_path, "--steps", "200", "--reopen-every", "60")

    full = writing.cuts(500, writing.events)
    normal = writing.cuts(100, without_syncs_of_the_log(writing.events))

    print(f"cuts=500 synchronous=FULL {full}")
    print(f"cuts=100 synchronous=NORMAL {normal}")
    assert (full.lost, full.refused) == (0, 0)
    assert normal.lost > 0
    assert normal.refused > 0
