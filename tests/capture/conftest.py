from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from tests.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path, clock: FixedClock) -> Workshop:
    return Workshop(tmp_path, clock)
