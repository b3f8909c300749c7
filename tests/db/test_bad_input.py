from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featherchat import DB, Metadata
from featherchat.clock import FixedClock
from featherchat.errors import FeatherchatError
from featherchat.recollection import Filter
from tests.conftest import NOW
from tests.db.vectors import DIM, EAST, NORTH

Call = Callable[[DB], object]

BAD_CALLS: dict[str, tuple[Call, str]] = {
    "short vector": (lambda db: db.add([1.0, 0.0]), "2 numbers; this store's vectors have 3"),
    "long vector": (lambda db: db.search([1.0] * 4), "4 numbers; this store's vectors have 3"),
    "matrix": (lambda db: db.add(np.ones((1, DIM))), "no vector of 3"),
    "ragged": (lambda db: db.add_many([[1.0], EAST]), "no vector of 3"),
    "no vector": (lambda db: db.add(None), "no vector of 3"),
    "text as vector": (lambda db: db.search("abc"), "no vector of 3"),
    "complex vector": (lambda db: db.add([1j, 0, 0]), "no vector of 3"),
    "NaN": (lambda db: db.add([1.0, float("nan"), 0.0]), "nan.*finite"),
    "infinity": (lambda db: db.search([1.0, float("-inf"), 0.0]), "inf.*finite"),
    "zero": (lambda db: db.add([0.0, 0.0, 0.0]), "0 as its largest.*longer than 0"),
    "empty text": (lambda db: db.add(EAST, text=""), "1 to 20,000 characters"),
    "blank text": (lambda db: db.add(EAST, text=" \n "), "1 to 20,000 characters"),
    "10 MB text": (lambda db: db.add(EAST, text="x" * 10**7), "10,000,000 .*20,000"),
    "text of a number": (lambda db: db.add(EAST, text=5), "5.*a int.*must be a text"),  # type: ignore[arg-type]
    "NUL": (lambda db: db.add(EAST, text="a\0b"), "NUL"),
    "lone surrogate": (lambda db: db.add(EAST, text="a\ud800b"), "lone surrogate"),
    "known id": (lambda db: db.add(NORTH, id="m1"), "'m1' is another memory's"),
    "forgotten id": (lambda db: db.add(NORTH, id="gone"), "'gone' is a forgotten memory's"),
    "known text": (lambda db: db.add(NORTH, text="first", id="m9"), "is the memory 'm1' already"),
    "empty id": (lambda db: db.add(EAST, id=""), "id is .*1 to 200"),
    "long id": (lambda db: db.add(EAST, id="x" * 201), "201 characters.*1 to 200"),
    "number as id": (lambda db: db.add(EAST, id=7), "7, a int.*must be a text"),  # type: ignore[arg-type]
    "NUL in id": (lambda db: db.add(EAST, id="a\0"), "without NUL"),
    "surrogate in namespace": (lambda db: db.add(EAST, namespace="\udfff"), "lone surrogates"),
    "empty entity": (lambda db: db.add(EAST, entity="-"), "entity is ''"),
    "unknown id": (lambda db: db.update("m9", entity="decision"), "no memory 'm9'"),
    "past end": (
        lambda db: db.update("m1", meta=Metadata(expires_at=NOW - 1.0)),
        "expires_at is .*which is past",
    ),
    "array of no length": (
        lambda db: db.search(EAST, where={"kinds": np.array("decision")}),
        "where.kinds is .*must be a list",
    ),
    "kinds twice": (
        lambda db: db.search(EAST, where={"kinds": np.array(["a", "b"])}, entity="a"),
        "entity is 'a', and where names the kinds",
    ),
    "unknown edge": (lambda db: db.edges("m9"), "no memory 'm9'"),
    "unknown to forget": (lambda db: db.forget(["m1", "m9"]), "no memory m9"),
    "unknown link": (lambda db: db.link("m1", "m9"), "no memory 'm9'"),
    "link to itself": (lambda db: db.link("m1", "m1"), "'m1' cannot be linked to itself"),
    "no weight": (lambda db: db.link("m1", "m2", weight=0.0), "is 0.0, .*above 0 and at most 1"),
    "large weight": (lambda db: db.link("m1", "m2", weight=1.5), "1.5.*above 0 and at most 1"),
    "NaN weight": (lambda db: db.link("m1", "m2", weight=float("nan")), "nan.*above 0 and at"),
    "weight of a text": (lambda db: db.link("m1", "m2", weight="1"), "'1'.*above 0 and at"),  # type: ignore[arg-type]
    "blank relation": (lambda db: db.link("m1", "m2", " "), "relation is"),
    "empty relation": (lambda db: db.link("m1", "m2", rel_type=""), "relation is"),
    "empty edge type": (lambda db: db.link("m1", "m2", edge_type=""), "relation is"),
    "two relations": (lambda db: db.link("m1", "m2", "a", edge_type="b"), "'a'.*'b'"),
    "large importance": (lambda db: db.add(EAST, meta=Metadata(importance=2.1)), "2.1.*0 to 2"),
    "negative importance": (
        lambda db: got(db).set_attribute("importance", -0.1),
        "-0.1.*from 0 to 2",
    ),
    "NaN importance": (lambda db: got(db).set_attribute("importance", float("nan")), "nan.*0 to 2"),
    "importance of a text": (lambda db: got(db).set_attribute("importance", "1"), "'1'.*0 to 2"),
    "true importance": (lambda db: got(db).set_attribute("importance", True), "True.*0 to 2"),
    "empty namespace": (lambda db: got(db).set_attribute("namespace", ""), "namespace is"),
    "list as attribute": (lambda db: got(db).set_attribute("a", []), "'a' is.*a list"),  # type: ignore[arg-type]
    "NaN as attribute": (lambda db: got(db).set_attribute("a", float("nan")), "'a' is.*finite"),
    "large int as attribute": (lambda db: got(db).set_attribute("a", 2**63), "64-bit"),
    "NUL in attribute": (lambda db: got(db).set_attribute("a", "\0"), "without NUL"),
    "surrogate in a name": (lambda db: got(db).set_attribute("\ud800", 1), "lone surrogates"),
    "10 MB attribute": (lambda db: got(db).set_attribute("a", "x" * 10**7), "20,000"),
    "number as a name": (lambda db: got(db).set_attribute(1, 1), "1, a int"),  # type: ignore[arg-type]
    "many attributes": (
        lambda db: Metadata(attributes={f"a{place}": 1 for place in range(201)}),
        "201 attributes; the limit is 200",
    ),
    "mapping as meta": (lambda db: db.add(EAST, meta={"a": 1}), "must be a Metadata"),  # type: ignore[arg-type]
    "two namespaces": (
        lambda db: db.add(EAST, namespace="a", meta=Metadata(namespace="b")),
        "'a'.*'b'",
    ),
    "date of a text": (lambda db: Metadata(created_at="today"), "created_at is.*today"),  # type: ignore[arg-type]
    "pinned by a number": (lambda db: Metadata(pinned=1), "True or False"),  # type: ignore[arg-type]
    "pinned as text": (lambda db: db.search(EAST, pinned="m1"), "pinned is 'm1'.*a list"),
    "k below 0": (lambda db: db.search(EAST, k=-1), "k is -1.*from 1"),
    "k of 0": (lambda db: db.nearest(EAST, k=0), "k is 0.*from 1"),
    "true k": (lambda db: db.search(EAST, k=True), "k is True"),
    "k of a float": (lambda db: db.search(EAST, k=1.0), "k is 1.0"),  # type: ignore[arg-type]
    "huge k": (lambda db: db.search(EAST, k=10**30), "100,000"),
    "many hops": (lambda db: db.context_chain(EAST, hops=21), "hops is 21.*0 to 20"),
    "hops below 0": (lambda db: db.context_chain(EAST, hops=-1), "hops is -1"),
    "two depths": (lambda db: db.context_chain(EAST, hops=1, max_depth=2), "1.*2"),
    "no half-life": (lambda db: db.search(EAST, half_life=0), "half_life is 0"),
    "NaN half-life": (lambda db: db.search(EAST, half_life=float("nan")), "half_life is nan"),
    "half-life of a kind": (lambda db: db.search(EAST, half_life={"decision": -1}), "is -1, "),
    "large time weight": (lambda db: db.search(EAST, time_weight=1.1), "is 1.1, .*0 to 1"),
    "question of a number": (lambda db: db.hybrid_search(5, EAST), "must be a text"),  # type: ignore[arg-type]
    "unknown fusion": (
        lambda db: db.hybrid_search("one", EAST, fusion="mean"),
        "'mean' is no fusion; there are weighted, rrf",
    ),
    "where of a list": (lambda db: db.search(EAST, where=[1]), "must be a mapping"),  # type: ignore[arg-type]
    "where with a list": (lambda db: db.search(EAST, where={"a": [1]}), "a list"),
    "where with a namespace": (lambda db: db.search(EAST, where={"namespace": "b"}), "'b'"),
    "unknown status": (lambda db: db.search(EAST, where={"statuses": ["new"]}), "'new'.*active"),
    "date as text": (
        lambda db: db.search(EAST, where={"since": "2026"}),
        "since is '2026', .*seconds",
    ),
    "ids of a number": (lambda db: db.search(EAST, where=Filter(ids=5)), "ids is"),  # type: ignore[arg-type]
    "many ids": (lambda db: db.search(EAST, where={"ids": ["x"] * 10_001}), "10,001 ids"),
    "two kinds": (lambda db: db.search(EAST, entity="a", where={"kinds": ["b"]}), "'a'.*'b'"),
    "pinned as no list": (lambda db: db.search(EAST, pinned=np.array(1)), "pinned is .*a list"),  # type: ignore[arg-type]
    "one text for many": (lambda db: db.add_many([EAST, NORTH], texts="ab"), "texts is 'ab'"),
    "one id for many": (lambda db: db.add_many([EAST, NORTH], ids="ab"), "ids is 'ab'.*a list"),
    "one meta for many": (
        lambda db: db.add_many([EAST], metas=Metadata()),  # type: ignore[arg-type]
        "metas is .*must be a list",
    ),
    "list of attributes": (
        lambda db: Metadata(attributes=["a"]),  # type: ignore[arg-type]
        r"attributes are \['a'\].*a mapping",
    ),
    "array of attributes": (
        lambda db: Metadata(attributes=np.array([1, 2])),  # type: ignore[arg-type]
        "attributes are array.*a mapping",
    ),
    "array as a name": (
        lambda db: got(db).set_attribute(np.array(["a", "b"]), 1),  # type: ignore[arg-type]
        "must be a text",
    ),
    "forgotten for a word": (lambda db: db.forget("m1", hard="no"), "hard is 'no'.*True or False"),  # type: ignore[arg-type]
    "texts missing": (lambda db: db.add_many([EAST, NORTH], texts=["one"]), "1 texts for 2"),
    "text without vector": (lambda db: db.update("m1", text="new"), "no vector is given"),
    "wide threshold": (lambda db: db.auto_link(threshold=2.0), "is 2.0, .*0 to 1"),
    "operation of a number": (lambda db: db.undo(5), "operation is 5, a int"),  # type: ignore[arg-type]
    "10 MB operation": (lambda db: db.undo("x" * 10**7), "10,000,000 characters"),
    "unknown operation": (lambda db: db.undo("nothing"), "no change"),
}


def got(db: DB) -> Metadata:
    found = db.get("m1")
    assert found is not None
    return found.meta


@pytest.fixture
def kept(db: DB) -> DB:
    """Two linked memories, and one that was forgotten."""
    db.add(EAST, text="first", id="m1", meta=Metadata(attributes={"a": "before"}))
    db.add(NORTH, text="second", id="m2")
    db.add(NORTH, text="third", id="gone")
    db.link("m1", "m2", "causes", 0.5)
    db.forget("gone")
    return db


def content(folder: Path) -> dict[str, list[Any]]:
    """Every row of the one file."""
    connection = apsw.Connection(str(folder / "library.feather"), flags=apsw.SQLITE_OPEN_READONLY)
    tables = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    rows = {table: list(connection.execute(f"SELECT * FROM {table}")) for table in tables}
    connection.close()
    return rows


@pytest.mark.parametrize("name", BAD_CALLS)
def test_a_bad_call_names_value_and_limit_and_changes_nothing(
    kept: DB, tmp_path: Path, name: str
) -> None:
    call, message = BAD_CALLS[name]
    before = content(tmp_path)

    with pytest.raises(FeatherchatError, match=message) as raised:
        call(kept)

    assert content(tmp_path) == before
    assert raised.value.hint.endswith(".")
    assert len(str(raised.value)) < 400
    assert kept.add(EAST, text="afterwards").id


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=4),
    st.one_of(st.none(), st.text(max_size=5), st.integers(), st.booleans()),
    st.one_of(st.none(), st.text(max_size=3), st.floats(), st.just("m1")),
    st.one_of(st.none(), st.floats(), st.text(max_size=2), st.integers()),
)
def test_whatever_is_added_is_kept_whole_or_refused_whole(
    tmp_path: Path, vector: list[float], text: Any, memory_id: Any, importance: Any
) -> None:
    with DB.open(tmp_path / "library.feather", dim=DIM, clock=FixedClock(NOW)) as db:
        before = content(tmp_path)
        try:
            added = db.add(vector, text, id=memory_id, meta=Metadata(importance=importance))
        except FeatherchatError as error:
            assert error.hint
            assert content(tmp_path) == before
        else:
            read = db.get(added.id)
            assert read is not None
            assert memory_id in (None, read.id)
            assert importance in (None, read.meta.importance)
            found = db.search(vector, k=100, where={"ids": [added.id]}, reinforce=False)
            assert [each.id for each in found] == [added.id]
