"""What is said twice, or nearly, as a shell and a program see it."""

import json
from pathlib import Path

import numpy as np
import pytest

from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.cli.conftest import Shell
from tests.workshop import Workshop


def test_show_names_everyone_who_said_it(shell: Shell, workshop: Workshop) -> None:
    for path in ("docs/a.md", "docs/b.md"):
        workshop.write(path, "# Cache\n\nSessions live in Redis, with appendonly on.\n")
    shell("init")
    found = json.loads(shell("search", "appendonly", "--json").out.splitlines()[0])

    shown = shell("show", found["id"])

    assert [source["path"] for source in found["sources"]] == ["docs/a.md", "docs/b.md"]
    assert "from docs/a.md:3" in shown.out
    assert "also from docs/b.md:3" in shown.out


@pytest.fixture
def half_reindexed(shell: Shell, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Four memories by the hash embedder, one of which another embedder has embedded anew already."""
    for number in range(4):
        shell("remember", f"Memory number {number}.")
    (place,) = [each for each in shell("where", "--json").lines if '"store"' in each]
    store = SqliteStore.open(Path(json.loads(place)["path"]), None, workshop.clock)
    store.reindexing.begin("other@3v1")
    matrix = np.ones((1, 3), dtype=np.float32)
    store.reindexing.put(store.find(Filter(), 1), matrix, "other@3v1")
    store.close()
    return shell


def test_doctor_names_the_vectors_in_force_and_how_far_a_change_has_come(
    half_reindexed: Shell,
) -> None:
    done = half_reindexed("doctor")

    assert "Vectors by hash@64v1; a reindex with other@3v1 has done 1 of 4 (25 %)." in done.out


def test_doctor_counts_what_waits_for_its_meaning(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "none")
    shell("remember", "Memory number 1.")

    done = shell("doctor")

    assert "No vectors yet; 1 memory waits for one." in done.out


def test_reindex_says_what_it_did_to_people_and_programs(half_reindexed: Shell) -> None:
    said = half_reindexed("reindex")
    program = half_reindexed("reindex", "--json")

    assert (said.code, said.out) == (0, "Embedded 4 memories with hash@64v1.\n")
    assert json.loads(program.out) == {"embedder": "hash@64v1", "embedded": 4, "resumed": 0}


def test_a_reindex_that_fails_is_exit_4_and_changes_nothing(
    half_reindexed: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "voyage")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_BASE_URL", "http://127.0.0.1:9")

    done = half_reindexed("reindex")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "hash")
    after = half_reindexed("doctor")

    assert (done.code, done.out) == (4, "")
    assert "has done 1 of 4" in after.out


SAID = "Sessions live in Redis because it survives a restart of the host."
REORDERED = "Because it survives a restart of the host, sessions live in Redis."


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("remember", "--kind", "decision"), "Note: similar to {} (1.00): Sessions live in Redis"),
        (("adr", "new"), "1. It repeats {} Sessions live in Redis"),
    ],
)
def test_a_near_duplicate_is_named_on_stderr(
    shell: Shell, command: tuple[str, ...], told: str
) -> None:
    first = json.loads(shell("remember", "--json", "--kind", "decision", SAID).out)

    done = shell(*command, REORDERED)

    mark = f"m:{first['id'][-6:].lower()}"
    assert done.code == 0
    assert done.err.startswith(told.format(mark))
    assert done.err.count(mark) == 1
    assert mark not in done.out


def test_an_edit_names_what_it_is_near_to_and_joins_what_it_equals(shell: Shell) -> None:
    first = json.loads(shell("remember", "--json", SAID).out)["id"]
    second = json.loads(shell("remember", "--json", "Sessions live elsewhere.").out)["id"]

    near = shell("edit", second, REORDERED)
    same = shell("edit", second, SAID)

    assert near.out.startswith("Changed: ")
    assert f"similar to m:{first[-6:].lower()} (1.00)" in near.err
    assert same.out == (f"Merged into what says the same; m:{second[-6:].lower()} is retired.\n")
    assert same.err.startswith("Already known: ")
    assert json.loads(shell("show", second, "--json").out)["status"] == "retired"
