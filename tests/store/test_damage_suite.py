"""Any file harmed in any way: every answer is the same, or an error that has a name."""

import random
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.embedders.base import Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.errors import StoreDamaged
from featherchat.memory import Anchor, Edge, Memory
from featherchat.store.base import Document
from featherchat.store.layout import checksum_vfs
from featherchat.store.places import Places, ProjectKeys, Registry
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.harming import discard, flip
from tests.store.reader import ALL, answers, judge

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    checksum_vfs() is None, reason="without checksums edges, turns and indexes are unguarded"
)


@pytest.fixture(params=["closed", "killed"])
def sound(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    clock: FixedClock,
    a_memory: MakeMemory,
    a_cause: MakeCause,
) -> Path:
    """A store with everything, closed, or as a killed process leaves it: with its log."""
    folder = tmp_path / "sound"
    places = Places(folder / "data", folder / "cache", folder / "config", folder / "log")
    (folder / "webapp").mkdir(parents=True)
    Registry(places, clock).create(ProjectKeys(folder / "webapp"), folder / "memory.feather")
    store = SqliteStore.open(folder / "memory.feather", folder / "cache", clock)
    memories = [
        a_memory(
            f"Decision number {number}: PostgreSQL. {'long ' * (number % 5 * 200)}",
            anchors=(Anchor(f"src/{number}.py"),),
        )
        for number in range(60)
    ]
    fill(store, memories, a_cause)
    (folder / "ids").write_text("\n".join(memory.id for memory in memories))
    if request.param == "killed":
        copy = Path(shutil.copytree(folder, tmp_path / "killed"))
        store.close()
        assert (copy / "memory.feather-wal").stat().st_size > 100_000
        return copy
    store.close()
    return folder


def fill(store: SqliteStore, memories: list[Memory], a_cause: MakeCause) -> None:
    edges = [
        Edge(first.id, second.id, "leads_to", created_at=NOW)
        for first, second in pairwise(memories)
    ]
    matrix = HashEmbedder().embed([memory.text for memory in memories], Purpose.DOCUMENT)
    for start in range(0, 60, 6):
        part = slice(start, start + 6)
        store.put(memories[part], a_cause(), edges[max(0, start - 1) : start + 5])
        store.put_vectors(memories[part], matrix[part], "hash@256")
    store.put([replace(memories[0], text="Decision number 0 was changed.")], a_cause())
    store.put_document(
        Document("README.md", "b", NOW, {"1": memories[1].id}), [], [], [], a_cause()
    )
    store.transcripts.put_session(ChatSession("s", "Session", NOW, NOW))
    for number in range(10):
        store.transcripts.put_turn(
            Turn(f"t{number}", "s", f"Why {number}?", NOW, answer="y" * 5_000)
        )
    store.match_vector(matrix[0], 5, ALL)
    store.flush()
    # The very last change of a killed process cannot be told from one that was cut short.
    store.settings.put("last", "change")


def verdicts(sound: Path, cases: int, seed: int) -> Counter[tuple[str, str]]:
    """What came of each case, by the kind of file; none may be wrong, and no process end early."""
    command = [sys.executable, "-m", "tests.store.reader", str(sound), str(cases), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, f"{lines[-1:]} ended the process: {done.stderr[-2_000:]}"
    assert len(lines) == cases
    assert [line for line in lines if "wrong" in line] == []
    return Counter((line.split("/")[0].split(" ")[0], line.split()[-1]) for line in lines)


def test_harm_to_any_file_is_without_effect_or_named(sound: Path) -> None:
    found = verdicts(sound, 20, seed=5)

    assert {verdict for _, verdict in found} == {"same", "error"}


@pytest.mark.slow
def test_a_thousand_harms_are_without_effect_or_named(sound: Path) -> None:
    total: Counter[tuple[str, str]] = Counter()
    for seed in range(10):
        total += verdicts(sound, 100, seed)

    for (name, verdict), number in sorted(total.items()):
        print(f"harmed={name} {verdict}={number}")


@pytest.mark.slow
def test_every_bit_of_a_header_and_many_others_may_be_flipped(sound: Path, tmp_path: Path) -> None:
    path = sound / "memory.feather"
    content = path.read_bytes()
    offsets = [*range(100), *random.Random(1).sample(range(100, len(content)), 150)]
    before = answers(Path(shutil.copytree(sound, tmp_path / "before")))
    found: Counter[str] = Counter()
    for number, offset in enumerate(offsets):
        folder = Path(shutil.copytree(sound, tmp_path / f"harmed-{number}"))
        flip(folder / path.name, offset, number % 8)

        found[judge(before, answers(folder))] += 1

        discard(folder)
    print(f"flipped={len(offsets)} {dict(found)}")
    assert found.keys() <= {"same", "error"}


def test_no_flipped_bit_of_a_header_makes_a_store_foreign_or_changes_an_answer(
    sound: Path, tmp_path: Path
) -> None:
    path = tmp_path / "memory.feather"
    content = (sound / "memory.feather").read_bytes()
    for offset in (*range(0, 100, 7), 16, 17, 20, 68, 69, 70, 71):
        path.write_bytes(content)
        flip(path, offset, offset % 8)

        with pytest.raises(StoreDamaged, match=r"memory\.feather is damaged"):
            SqliteStore.open(path, None, FixedClock())
