from collections.abc import Iterator
from pathlib import Path

import pytest

from featherchat import DB
from featherchat.clock import FixedClock
from tests.db.vectors import DIM


@pytest.fixture
def db(tmp_path: Path, clock: FixedClock) -> Iterator[DB]:
    """An empty library of vectors with three numbers, at a fixed time."""
    with DB.open(tmp_path / "library.feather", dim=DIM, clock=clock) as opened:
        yield opened
