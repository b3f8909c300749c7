"""What is refused, and how the refusal says what to do instead."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from featherchat import DB, Metadata
from featherchat.clock import FixedClock
from featherchat.errors import FeatherchatError, InvalidValue, StoreDamaged
from featherchat.memory import Author, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.rows import memory_to_row, row_hash, row_to_memory
from tests.conftest import NOW
from tests.db.vectors import DIM, EAST, NORTH, UP


@pytest.fixture
def two(db: DB) -> DB:
    """The memories x and y; z says what y says, behind another wall, and w in another kind."""
    db.add_many([EAST, NORTH], ids=["x", "y"], texts=["Use MySQL.", "Use Postgres."])
    db.add(UP, id="z", text="Use Postgres.", namespace="b")
    db.add(UP, id="w", text="Use Postgres.", entity="decision")
    return db


def stored(db: DB, memory_id: str) -> Metadata:
    found = db.get(memory_id)
    assert found is not None
    return found.meta


@pytest.mark.parametrize(
    ("memory_id", "change"),
    [
        ("x", lambda db: db.update("x", text="use postgres", vec=NORTH)),
        ("z", lambda db: db.update("z", meta=Metadata(namespace="default"))),
        ("z", lambda db: stored(db, "z").set_attribute("namespace", "default")),
        ("w", lambda db: db.update("w", entity="memory")),
    ],
)
def test_no_change_lets_a_memory_vanish_in_another(
    two: DB, memory_id: str, change: Callable[[DB], object]
) -> None:
    before = two.get(memory_id)
    assert before is not None

    with pytest.raises(InvalidValue, match=f"'{memory_id}' is the memory 'y' already") as raised:
        change(two)

    after = two.get(memory_id)
    assert after is not None
    assert after.memory == before.memory
    assert "'y'" in raised.value.hint
    assert two.history(memory_id)[1:] == []
    assert [each.id for each in two.search(NORTH, k=1)] == ["y"]


@pytest.mark.parametrize(
    ("near", "field"),
    [
        ("kind", "kinds"),
        ("entity", "kinds"),
        ("status", "statuses"),
        ("importance", "min_importance"),
        ("confidence", "min_confidence"),
        ("layer", "layers"),
        ("author", "authors"),
        ("id", "ids"),
        ("created_at", "since"),
    ],
)
def test_a_near_name_of_a_field_is_answered_with_the_field(db: DB, near: str, field: str) -> None:
    db.add(EAST, id="m1", meta=Metadata(attributes={near: "own"}))

    with pytest.raises(InvalidValue, match=f"'{near}'") as raised:
        db.search(EAST, where={near: "own"})

    assert field in raised.value.hint
    by_attribute = Filter(attributes={near: "own"})
    assert [each.id for each in db.search(EAST, where=by_attribute)] == ["m1"]


@pytest.mark.parametrize(
    "name",
    ["pinned", "confidence", "created_at", "expires_at", "importance", "namespace", "user_id"],
)
def test_an_assignment_that_would_be_lost_is_refused(db: DB, name: str) -> None:
    meta = db.add(EAST, id="m1").meta

    with pytest.raises(InvalidValue, match=name) as raised:
        setattr(meta, name, 1.0)

    assert "set_attribute" in raised.value.hint or "update" in raised.value.hint
    assert db.history("m1")[1:] == []


def test_a_metadata_of_its_own_is_filled_by_assignment_and_checked(db: DB) -> None:
    meta = Metadata()
    meta.pinned = True
    with pytest.raises(InvalidValue, match="confidence is 7"):
        meta.confidence = 7

    read = db.add(EAST, meta=meta)

    assert (read.meta.pinned, read.meta.confidence) == (True, 1.0)


@pytest.mark.parametrize("path", ["x\ud800", "x\udcff", "x\0", ":memory:"])
def test_a_path_that_can_be_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InvalidValue, match="path") as raised:
        DB.open(path, dim=DIM)

    assert raised.value.hint.endswith(".")
    assert list(tmp_path.iterdir()) == []


def test_what_has_expired_already_is_not_added(db: DB) -> None:
    with pytest.raises(InvalidValue, match="expires_at"):
        db.add(EAST, meta=Metadata(expires_at=NOW - 1))

    assert db.search(EAST) == []


@pytest.mark.parametrize("masked", [[True, True, True], [False, True, False]])
def test_a_vector_with_numbers_that_are_masked_is_refused(db: DB, masked: list[bool]) -> None:
    vector = np.ma.array([1.0, 2.0, 3.0], mask=masked)

    for call in (lambda: db.add(vector), lambda: db.add_many(np.ma.array([vector]))):
        with pytest.raises(InvalidValue, match="masked"):
            call()

    assert db.search(EAST) == []


def test_the_past_is_not_changed_and_names_no_option_of_the_shell(
    db: DB, clock: FixedClock
) -> None:
    db.add(EAST, id="m1")
    clock.advance(seconds=60)

    with db.as_of(NOW + 30) as past, pytest.raises(FeatherchatError) as raised:
        past.add(NORTH)

    assert "--" not in raised.value.hint


def test_a_file_that_cannot_be_opened_names_no_option_of_the_shell(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not a database at all. " * 100)

    with pytest.raises(FeatherchatError) as raised:
        DB.open(tmp_path / "notes.txt", dim=DIM)

    assert "--" not in raised.value.hint
    assert raised.value.hint.endswith(".")


def test_a_damaged_file_names_the_way_out_for_that_file(db: DB, tmp_path: Path) -> None:
    db.add(EAST, text="Use Postgres.")
    db.close()
    file = tmp_path / "library.feather"
    file.write_bytes(file.read_bytes()[:5_000])

    with pytest.raises(StoreDamaged, match=r"library\.feather is damaged") as raised:
        DB.open(file, dim=DIM)

    assert raised.value.hint.startswith("Run featherchat doctor --store PATH --salvage, which")


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.search(EAST, k=50),
        lambda db: db.nearest(EAST, k=50),
        lambda db: db.hybrid_search("Postgres", EAST, k=50),
        lambda db: db.context_chain(EAST, k=50),
        lambda db: db.auto_link(),
        lambda db: db.optimize(),
    ],
)
def test_a_damaged_page_is_a_named_error_of_every_question(
    db: DB, tmp_path: Path, ask: Callable[[DB], object]
) -> None:
    texts = [f"Use Postgres for table {number}. " + "Why? " * 100 for number in range(50)]
    db.add_many([EAST] * 50, texts=texts)
    db.close()
    file = tmp_path / "library.feather"
    content = bytearray(file.read_bytes())
    for place in range(len(content) // 2, len(content), 512):
        content[place] ^= 1
    copy = tmp_path / "copy.feather"
    copy.write_bytes(content)

    with DB.open(copy, dim=DIM) as damaged, pytest.raises(StoreDamaged):
        ask(damaged)


def test_a_stored_memory_is_shown_in_one_short_line(db: DB) -> None:
    db.add(EAST, text="The pool holds ten connections, and no more than that.", id="m1")

    found = db.search(EAST, time_weight=0.0)[0]

    assert repr(found) == (
        "StoredMemory('m1', score=1.0000, kind='memory',"
        " text='The pool holds ten connections, and no m…')"
    )


def test_a_row_is_hashed_over_plain_texts() -> None:
    plain = Memory("m1", "red", "red", "red", Source(Author.API, NOW), NOW, 1.0)
    text = np.str_("red")
    other = replace(plain, id=np.str_("m1"), text=text, title=text, kind=text)

    assert row_hash(memory_to_row(other)) == row_hash(memory_to_row(plain))
    assert row_to_memory(memory_to_row(other)) == plain
