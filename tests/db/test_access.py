import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import featherchat
from featherchat import DB
from featherchat.clock import FixedClock
from featherchat.db.recalls import Recalls
from featherchat.errors import InvalidValue, StoreBusy, StoreError
from tests.db.vectors import DIM, EAST, NORTH

ROOT = Path(featherchat.__file__).parent.parent


@pytest.mark.parametrize(
    "call",
    [
        lambda db: db.add(EAST),
        lambda db: db.search(EAST),
        lambda db: db.get("m1"),
        lambda db: db.undo(),
        lambda db: db.explain(EAST, "m1"),
    ],
)
def test_a_closed_library_says_so(db: DB, call: Callable[[DB], object]) -> None:
    db.close()
    db.close()

    with pytest.raises(StoreError, match=r"library\.feather is closed"):
        call(db)


def test_leaving_the_block_closes_and_leaves_one_file(tmp_path: Path) -> None:
    with DB.open(tmp_path / "library.feather", dim=DIM) as db:
        db.add(EAST)

    assert [file.name for file in tmp_path.iterdir()] == ["library.feather"]
    with pytest.raises(StoreError):
        db.get("m1")


FORKED = """
import os, sys
import featherchat
from featherchat.errors import StoreError

db = featherchat.DB.open(sys.argv[1], dim=3)
db.add([1.0, 0.0, 0.0], id="m1")
child = os.fork()
if not child:
    try:
        db.search([1.0, 0.0, 0.0])
    except StoreError as error:
        print(f"{os.getppid()} | {error}", flush=True)
    db.close()
    os._exit(0)
os.waitpid(child, 0)
db.add([0.0, 1.0, 0.0], id="m2")
print(len(db.search([1.0, 0.0, 0.0])))
db.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_after_a_fork_the_child_is_told_and_the_parent_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "library.feather")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    told, found = done.stdout.splitlines()
    parent, message = told.split(" | ")
    assert f"was opened by process {parent}, and this is process" in message
    assert found == "2"


def test_several_threads_use_one_library(db: DB) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for place in range(10):
                db.add(EAST, text=f"{name} {place}", id=f"{name}-{place}")
                found = db.search(EAST, k=100)
                assert f"{name}-{place}" in {each.id for each in found}
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(db.search(EAST, k=100)) == 40


def test_two_libraries_on_one_file_see_each_others_writes(db: DB, tmp_path: Path) -> None:
    with DB.open(tmp_path / "library.feather", dim=DIM) as other:
        other.add(EAST, text="Said by the other one.", id="m1")

        assert [each.id for each in db.search(EAST)] == ["m1"]
        assert [each.id for each in db.hybrid_search("other", NORTH)] == ["m1"]
        db.forget("m1")
        assert other.search(EAST) == []


def test_a_link_to_a_library_is_that_library(db: DB, tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.feather"
    link.symlink_to(tmp_path / "library.feather")

    with DB.open(link, dim=DIM, clock=clock) as linked:
        linked.add(EAST, id="m1")
        seen = db.get("m1")

    assert seen is not None
    assert [each.name for each in link.parent.iterdir()] == ["link.feather"]


def test_recalls_are_written_at_the_close(db: DB, tmp_path: Path) -> None:
    db.add(EAST, id="m1")
    db.search(EAST)

    db.close()

    with DB.open(tmp_path / "library.feather", dim=DIM) as again:
        found = again.get("m1")
        assert found is not None
        assert found.memory.recall_count == 1


def test_recalls_are_written_together_after_a_while() -> None:
    written: list[Mapping[str, int]] = []
    arrived = threading.Event()

    def write(counts: Mapping[str, int]) -> None:
        written.append(dict(counts))
        arrived.set()

    recalls = Recalls(write, delay=0.05)
    recalls.count(["m1", "m2"])
    recalls.count(["m1"])

    assert arrived.wait(timeout=60)
    assert written == [{"m1": 2, "m2": 1}]
    recalls.flush()
    assert len(written) == 1


def test_recalls_that_cannot_be_written_are_not_lost(tmp_path: Path) -> None:
    refusals = [StoreBusy(tmp_path, 5.0)]
    written: list[Mapping[str, int]] = []
    arrived = threading.Event()

    def write(counts: Mapping[str, int]) -> None:
        if refusals:
            raise refusals.pop()
        written.append(dict(counts))
        arrived.set()

    Recalls(write, delay=0.05).count(["m1"])

    assert arrived.wait(timeout=60)
    assert written == [{"m1": 1}]


def test_after_the_close_nothing_is_written_again(tmp_path: Path) -> None:
    attempts: list[Mapping[str, int]] = []

    def write(counts: Mapping[str, int]) -> None:
        attempts.append(dict(counts))
        raise StoreBusy(tmp_path, 5.0)

    recalls = Recalls(write, delay=0.05)
    recalls.count(["m1"])
    with pytest.raises(StoreBusy):
        recalls.close()
    time.sleep(0.2)

    assert attempts == [{"m1": 1}]


def test_naming_the_package_loads_no_library_and_no_store() -> None:
    code = (
        "import featherchat, sys; featherchat.__version__;"
        "assert not {'numpy', 'apsw', 'featherchat.db'} & set(sys.modules);"
        "from featherchat import DB, Metadata; assert 'featherchat.db' in sys.modules"
    )

    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    with pytest.raises(AttributeError, match="no attribute 'Db'"):
        featherchat.Db  # noqa: B018


@pytest.mark.parametrize("dim", [0, -1, 65_537, True, 3.0, "3"])
def test_a_dimension_is_a_whole_number(tmp_path: Path, dim: int) -> None:
    with pytest.raises(InvalidValue, match="from 1 to 65,536"):
        DB.open(tmp_path / "library.feather", dim=dim)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dim", [1, 2, 1_024, 4_096])
def test_a_library_has_any_dimension(tmp_path: Path, dim: int) -> None:
    with DB.open(tmp_path / "library.feather", dim=dim) as db:
        db.add([1.0] * dim, id="m1")

        assert db.search([2.0] * dim, time_weight=0.0)[0].score == pytest.approx(1.0, abs=2e-3)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_library_that_cannot_be_written_can_be_asked(db: DB, tmp_path: Path) -> None:
    db.add(EAST, id="m1")
    db.close()
    (tmp_path / "library.feather").chmod(0o400)

    with DB.open(tmp_path / "library.feather", dim=DIM) as again:
        assert [each.id for each in again.search(EAST)] == ["m1"]
