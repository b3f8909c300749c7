import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import featherchat
from featherchat import DB, Metadata
from featherchat.clock import FixedClock
from featherchat.ranking import score
from tests.db.vectors import towards_east

pytestmark = pytest.mark.peer

ROOT = Path(featherchat.__file__).parent.parent
HALF_LIFE = 30.0
TIME_WEIGHT = 0.3


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Any]:
    feather_db = pytest.importorskip("feather_db")
    opened = feather_db.DB.open(str(tmp_path / "peer.feather"), dim=3)
    yield opened
    opened.close()


@pytest.mark.parametrize("cosine", [1.0, 0.8, 0.3])
@pytest.mark.parametrize("days", [0, 45, 720])
@pytest.mark.parametrize("recalls", [0, 7])
@pytest.mark.parametrize("importance", [0.3, 1.0])
def test_both_give_one_memory_the_same_recency_and_weight(
    peer: Any, tmp_path: Path, cosine: float, days: int, recalls: int, importance: float
) -> None:
    import time

    import feather_db

    now = float(int(time.time()))
    created_at = now - days * 86_400.0
    vector = towards_east(cosine)
    meta = feather_db.Metadata()
    meta.timestamp, meta.importance, meta.recall_count = int(created_at), importance, recalls
    peer.add(1, np.array(vector, dtype=np.float32), meta)
    scoring = feather_db.ScoringConfig(HALF_LIFE, TIME_WEIGHT, 0.0)
    east = np.array([1.0, 0.0, 0.0], dtype=np.float32)
    with DB.open(tmp_path / "ours.feather", dim=3, clock=FixedClock(now)) as db:
        db.add(vector, id="m1", meta=Metadata(importance=importance, created_at=created_at))
        for _ in range(recalls):
            db.search(east)

        theirs = peer.search(east, k=1, scoring=scoring, record_salience=False)[0].score
        ours = db.explain(east, "m1", half_life=HALF_LIFE, time_weight=TIME_WEIGHT)

    # The formula is the same to the letter; what they put in for similarity is not a cosine.
    similarity = 1.0 / (1.0 + 2.0 * (1.0 - cosine))
    assert theirs == pytest.approx(
        score(similarity, ours.recency, importance, TIME_WEIGHT), abs=1e-5
    )
    assert ours.stickiness == 1.0 + math.log1p(recalls)
    assert ours.score == pytest.approx(
        score(cosine, ours.recency, importance, TIME_WEIGHT), abs=1e-3
    )


def test_the_benchmark_runs_in_its_quick_form() -> None:
    command = [sys.executable, "-m", "benchmarks.engine", "--quick", "--sizes", "1000"]

    done = subprocess.run(
        [*command, "--only", "clustered"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    lines = done.stdout.splitlines()
    assert any("found_after_writing=4 peer=4" in line for line in lines)
    assert any("adaptive_recall=1 " in line and line.endswith("met=yes") for line in lines)
