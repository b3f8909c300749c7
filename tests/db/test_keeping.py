import gc
from pathlib import Path

import pytest

from featherchat import DB, Metadata
from featherchat.clock import FixedClock
from featherchat.db.checking import kind_of
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Edge
from tests.conftest import NOW
from tests.db.vectors import DIM, EAST, NORTH, UP, towards_east
from tests.workshop import files_with


def test_a_batch_leaves_the_collector_as_it_was(db: DB) -> None:
    db.add_many([EAST, NORTH])
    assert gc.isenabled()

    gc.disable()
    try:
        db.add_many([EAST, NORTH])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_added_is_found_by_id_by_meaning_and_by_words(db: DB) -> None:
    added = db.add(EAST, text="The pool holds ten connections.", entity="architecture")

    got = db.get(added.id)

    assert got is not None
    assert (got.text, got.entity, got.namespace) == (added.text, "architecture", "default")
    assert got.meta.importance == 1.8
    assert [each.id for each in db.search(EAST, k=1)] == [added.id]
    assert [each.id for each in db.nearest(EAST, k=1)] == [added.id]
    assert [each.id for each in db.hybrid_search("connections", NORTH, k=1)] == [added.id]


@pytest.mark.parametrize(
    ("entity", "kind"),
    [
        ("decision", "decision"),
        ("Decisions", "decision"),
        ("code-changes", "code_change"),
        ("code_change", "code_change"),
        ("dead ends", "dead_end"),
        ("bug-fixes", "bug_fix"),
        ("architectures", "architecture"),
        ("overviews", "overview"),
        ("status", "status"),
        ("user-notes", "user_notes"),
    ],
)
def test_an_entity_is_a_kind_in_singular_or_plural(entity: str, kind: str) -> None:
    assert kind_of(entity) == kind


def test_an_unknown_id_is_nothing(db: DB) -> None:
    assert db.get("mem_404") is None


def test_a_vector_needs_no_text_and_is_never_a_duplicate(db: DB) -> None:
    first, second = db.add(EAST), db.add(EAST)

    assert first.text is None
    assert first.id != second.id
    assert {each.id for each in db.search(EAST)} == {first.id, second.id}


def test_a_text_is_kept_once_in_its_namespace_and_entity(db: DB) -> None:
    first = db.add(EAST, text="Use Postgres.", entity="decision")

    assert db.add(NORTH, text="use  postgres", entity="decision").id == first.id
    assert db.add(NORTH, text="Use Postgres.", entity="rationale").id != first.id
    assert db.add(NORTH, text="Use Postgres.", entity="decision", namespace="b").id != first.id


def test_an_attribute_keeps_its_type_and_is_stored_when_set(db: DB, tmp_path: Path) -> None:
    values = {"a": True, "b": None, "c": 3, "d": 3.0, "e": "3", "f": -(2**63), "ü\"'$.x": "x"}
    stored = db.add(EAST, meta=Metadata(attributes={"a": False}))
    for name, value in values.items():
        stored.meta.set_attribute(name, value)

    db.close()
    with DB.open(tmp_path / "library.feather", dim=DIM) as again:
        read = again.get(stored.id)

    assert read is not None
    assert dict(read.meta.attributes) == values
    assert {name: type(value) for name, value in read.meta.attributes.items()} == {
        name: type(value) for name, value in values.items()
    }
    assert read.meta.get_attribute("absent", "default") == "default"


@pytest.mark.parametrize("name", ["user_id", "a.b", "ü", 'quo"te', "[0]", "$", "back\\slash"])
def test_an_attribute_of_any_name_can_be_asked_for(db: DB, name: str) -> None:
    db.add(EAST, id="m1", meta=Metadata(attributes={name: "u_1"}))
    db.add(EAST, id="m2", meta=Metadata(attributes={name: "u_2"}))

    assert [each.id for each in db.search(EAST, where={name: "u_1"})] == ["m1"]


def test_importance_and_namespace_are_fields(db: DB) -> None:
    stored = db.add(EAST, id="m1")
    stored.meta.set_attribute("importance", 0.5)
    stored.meta.set_attribute("namespace", "elsewhere")

    assert db.search(EAST) == []
    found = db.search(EAST, namespace="elsewhere", time_weight=0.0)
    assert [(each.id, each.score) for each in found] == [("m1", 0.5)]
    assert dict(found[0].meta.attributes) == {}
    assert found[0].meta.get_attribute("importance") == 0.5
    assert found[0].meta.get_attribute("namespace") == "elsewhere"


def test_a_memory_counts_its_age_from_the_time_that_is_given(db: DB) -> None:
    db.add(EAST, meta=Metadata(created_at=NOW - 30 * 86_400.0))

    parts = db.search(EAST, half_life=30, time_weight=1.0)[0].parts

    assert parts is not None
    assert parts.recency == pytest.approx(0.5)


def test_what_has_expired_is_not_there(db: DB, clock: FixedClock) -> None:
    db.add(EAST, id="m1", meta=Metadata(expires_at=NOW + 60))
    clock.advance(seconds=61)

    assert db.get("m1") is None
    assert db.search(EAST) == []


def test_the_id_of_what_is_over_is_given_again_once_that_is_gone_for_good(
    db: DB, clock: FixedClock
) -> None:
    db.add(EAST, id="m1", meta=Metadata(expires_at=NOW + 10.0))
    clock.advance(seconds=20)

    with pytest.raises(InvalidValue, match="'m1' is an expired memory's") as raised:
        db.add(NORTH, id="m1")

    assert "hard=True" in raised.value.hint
    db.forget("m1", hard=True)
    assert db.add(NORTH, id="m1").id == "m1"


def test_many_are_added_in_one_change(db: DB) -> None:
    added = db.add_many(
        [EAST, NORTH, UP],
        texts=["One.", "Two.", None],
        ids=["m1", None, "m3"],
        metas=[None, Metadata(importance=0.5), None],
        entity="decisions",
    )

    assert [each.id for each in added][::2] == ["m1", "m3"]
    assert [each.meta.importance for each in added] == [2.0, 0.5, 2.0]
    assert len(db.undo().removed) == 3
    assert db.add_many([]) == []


def test_one_wrong_memory_of_many_keeps_all_of_them_out(db: DB) -> None:
    with pytest.raises(InvalidValue, match="'m1' is given twice"):
        db.add_many([EAST, NORTH], ids=["m1", "m1"])
    with pytest.raises(InvalidValue, match="Vector 1 "):
        db.add_many([EAST, [0.0, 0.0, 0.0]], ids=["m1", "m2"])

    assert db.search(EAST) == []


def test_an_update_changes_what_is_given_and_nothing_else(db: DB) -> None:
    db.add(EAST, text="Use MySQL.", id="m1", entity="decision", meta=Metadata(pinned=True))

    db.update("m1", text="Use Postgres.", vec=NORTH)

    found = db.search(NORTH, k=1, time_weight=0.0)[0]
    assert (found.text, found.entity, found.meta.pinned) == ("Use Postgres.", "decision", True)
    assert found.score == pytest.approx(2.0)
    assert [version.memory.text for version in db.history("m1") if version.memory] == ["Use MySQL."]


def test_a_vector_alone_can_be_replaced(db: DB) -> None:
    db.add(EAST, text="Use MySQL.", id="m1")

    db.update("m1", vec=NORTH)

    assert db.search(NORTH, time_weight=0.0)[0].score == pytest.approx(1.0)


def test_metadata_replaces_metadata(db: DB) -> None:
    db.add(EAST, id="m1", namespace="n", meta=Metadata(importance=0.5, attributes={"a": 1}))

    updated = db.update("m1", meta=Metadata(attributes={"b": 2}), entity="decisions")

    assert dict(updated.meta.attributes) == {"b": 2}
    assert (updated.meta.importance, updated.namespace, updated.entity) == (0.5, "n", "decision")


@pytest.mark.parametrize("hard", [False, True])
def test_what_is_forgotten_is_found_no_more(db: DB, hard: bool) -> None:
    db.add(EAST, text="The secret is 1234.", id="m1")
    db.add(EAST, id="m2")

    db.forget(["m1", "m2"], hard=hard)

    assert db.get("m1") is None
    assert [*db.search(EAST), *db.nearest(EAST), *db.hybrid_search("secret", EAST)] == []
    db.add(NORTH, id="m3")
    assert [each.id for each in db.search(EAST)] == ["m3"]


def test_of_what_is_forgotten_for_good_no_id_and_no_name_is_left(db: DB, tmp_path: Path) -> None:
    db.add(NORTH, id="other")
    db.add(EAST, text="xylophone", id="plugh", entity="vibraphone")
    db.update("plugh", text="plover", vec=NORTH)
    db.get("plugh").meta.set_attribute("zither", "cello")  # type: ignore[union-attr]
    db.link("plugh", "other", "oboe")
    db.forget("plugh")

    db.forget("plugh", hard=True)
    db.close()

    for word in (b"xylophone", b"plugh", b"vibraphone", b"plover", b"zither", b"cello", b"oboe"):
        assert files_with(tmp_path, word) == []


def test_no_undo_takes_back_that_a_text_was_forgotten_for_good(db: DB) -> None:
    db.add(NORTH, id="other")
    db.add(EAST, text="The door code is 1234.", id="m1")
    db.forget("m1")
    db.forget("m1", hard=True)

    with pytest.raises(InvalidValue, match="cannot be taken back") as raised:
        db.undo()

    assert db.get("other") is not None
    undone = db.undo(raised.value.hint.rstrip(".").split()[-1])
    assert [each.id for each in undone.removed] == ["other"]
    with pytest.raises(InvalidValue, match="was forgotten"):
        db.add(EAST, text="The door code is 1234.")


def test_a_forgotten_memory_comes_back_by_undo(db: DB) -> None:
    db.add(EAST, text="The pool holds ten.", id="m1")
    db.forget("m1")

    db.undo()

    assert [each.id for each in db.search(EAST)] == ["m1"]


def test_a_forgotten_text_is_not_learnt_again_in_silence(db: DB) -> None:
    db.add(EAST, text="The pool holds ten.", id="m1")
    db.forget("m1", hard=True)

    with pytest.raises(InvalidValue, match="was forgotten"):
        db.add(EAST, text="The pool holds ten.")


def test_an_edge_is_kept_as_it_was_said(db: DB) -> None:
    db.add_many([EAST, NORTH], ids=["m1", "m2"])

    db.link("m1", "m2", "leads_to", 0.5)
    db.link("m1", "m2", edge_type="leads_to", weight=0.8)

    assert db.edges("m2") == [Edge("m1", "m2", "leads_to", 0.8, created_at=NOW)]


def test_what_is_superseded_is_out_of_force_until_that_is_undone(db: DB) -> None:
    db.add_many([EAST, towards_east(0.5)], ids=["old", "new"])

    db.link("new", "old", "supersedes")

    assert [each.id for each in db.search(EAST)] == ["new"]
    assert [each.id for each in db.search(EAST, where={"statuses": "superseded"})] == ["old"]
    db.undo()
    assert [each.id for each in db.search(EAST)] == ["old", "new"]


def test_no_memory_supersedes_what_has_superseded_it(db: DB) -> None:
    db.add_many([EAST, NORTH, UP], ids=["a", "b", "c"])
    db.link("b", "a", "supersedes")
    db.link("c", "b", "supersedes")

    with pytest.raises(InvalidValue, match="'a' is superseded by 'c' itself"):
        db.link("a", "c", "supersedes")

    assert [each.id for each in db.search(UP)] == ["c"]


def test_an_edge_to_an_id_that_does_not_exist_names_it(db: DB) -> None:
    db.add(EAST, id="m1")

    with pytest.raises(NothingFound, match="'mem_404'"):
        db.link("m1", "mem_404")


def test_a_store_of_another_dimension_is_not_opened(db: DB, tmp_path: Path) -> None:
    db.add(EAST)

    with pytest.raises(InvalidValue, match=r"dim is 4.*vec@3"):
        DB.open(tmp_path / "library.feather", dim=4)


def test_a_new_file_in_an_old_ones_place_finds_only_its_own_words(
    tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "library.feather"
    with DB.open(path, dim=DIM, clock=clock) as old:
        old.add(EAST, text="An old word.")
    path.unlink()

    with DB.open(path, dim=DIM, clock=clock) as new:
        new.add(EAST, text="Something else.")

        assert new.hybrid_search("old", NORTH, k=5)[0].text == "Something else."
        assert [each.parts.words for each in new.hybrid_search("old", NORTH) if each.parts] == [0.0]
