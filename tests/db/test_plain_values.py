"""What looks like a text or a number is kept as one, whatever its class is."""

import enum
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from featherchat import DB, Metadata
from featherchat.errors import InvalidValue
from tests.conftest import NOW
from tests.db.vectors import DIM, EAST, NORTH


class Color(enum.StrEnum):
    RED = "red"


class Mixed(str, enum.Enum):  # noqa: UP042 - the older spelling, whose str() is another text
    RED = "red"


class Loud(str):
    def __repr__(self) -> str:
        return "LOUD"

    def __str__(self) -> str:
        return "loud"


TEXTS: list[str] = [np.str_("red"), Color.RED, Mixed.RED, Loud("red")]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: type(text).__name__)
def test_a_text_of_another_class_is_kept_as_a_plain_one(db: DB, text: str) -> None:
    meta = Metadata(attributes={text: text})

    db.add(EAST, text=text, id=text, namespace=text, entity=text, meta=meta)
    db.add(NORTH, id="m2", namespace="red")
    db.link("m2", text, text)

    read = db.get(text)
    assert read is not None
    assert [read.id, read.text, read.memory.title, read.namespace, read.entity] == ["red"] * 5
    assert dict(read.meta.attributes) == {"red": "red"}
    assert [type(each) for each in read.meta.attributes.values()] == [str]
    assert [edge.key for edge in db.edges(text)] == [("m2", "red", "red")]
    assert [each.id for each in db.search(EAST, k=1, namespace=text, entity=text)] == ["red"]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: type(text).__name__)
def test_a_text_of_another_class_is_kept_by_changes_too(db: DB, text: str) -> None:
    stored = db.add(EAST, text="first", id="m1")

    db.update("m1", text=text, vec=NORTH, entity=text)
    stored.meta.set_attribute("a", text)
    stored.meta.set_attribute("namespace", text)

    read = db.get("m1")
    assert read is not None
    assert (read.text, read.entity, read.namespace) == ("red", "red", "red")
    assert read.meta.get_attribute("a") == "red"


def test_ids_and_texts_may_be_arrays(db: DB) -> None:
    db.add_many(np.eye(2, 3), ids=np.array(["m1", "m2"]), texts=np.array(["One.", "Two."]))  # type: ignore[arg-type]

    assert [each.text for each in db.search(EAST)] == ["One.", "Two."]


def test_a_number_of_numpy_is_a_number(db: DB) -> None:
    meta = Metadata(
        importance=np.float32(0.5),  # type: ignore[arg-type]
        confidence=np.int64(1),  # type: ignore[arg-type]
        created_at=np.float32(NOW - 100),  # type: ignore[arg-type]
        pinned=np.bool_(True),  # type: ignore[arg-type]
    )
    db.add_many([EAST, NORTH], ids=["m1", "m2"], metas=[meta, None])

    edge = db.link("m1", "m2", weight=np.float32(0.5))  # type: ignore[arg-type]
    found = db.search(
        EAST,
        k=np.int64(1),  # type: ignore[arg-type]
        half_life=np.int32(3),  # type: ignore[arg-type]
        time_weight=np.float32(0.5),  # type: ignore[arg-type]
        where={"since": np.int64(1)},
    )
    chain = db.context_chain(EAST, k=np.int8(1), hops=np.uint8(1))  # type: ignore[arg-type]

    assert (edge.weight, type(edge.weight)) == (0.5, float)
    assert [(each.id, each.meta.importance, each.meta.pinned) for each in found] == [
        ("m1", 0.5, True)
    ]
    assert [each.id for each in chain] == ["m1", "m2"]


@pytest.mark.filterwarnings("error")
def test_a_vector_of_the_largest_numbers_is_a_direction(db: DB) -> None:
    db.add(np.array([1e308, 0.0, 0.0]), id="m1")

    found = db.search(np.array([1e308, 1e308, 0.0]), time_weight=0.0)

    assert [(each.id, each.score) for each in found] == [("m1", pytest.approx(0.5**0.5))]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(True), True),
        (enum.IntEnum("Level", {"LOW": 1})(1), 1),
    ],
)
def test_an_attribute_of_numpy_is_kept_as_its_plain_value(db: DB, value: Any, kept: Any) -> None:
    stored = db.add(EAST, id="m1")

    stored.meta.set_attribute("chunk_index", value)

    read = db.get("m1")
    assert read is not None
    for meta in (stored.meta, read.meta):
        found = meta.get_attribute("chunk_index")
        assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    "call",
    [
        lambda: Metadata(importance=np.float32(math.nan)),  # type: ignore[arg-type]
        lambda: Metadata(importance=np.float64(math.inf)),
        lambda: Metadata(importance=np.bool_(True)),  # type: ignore[arg-type]
        lambda: Metadata(pinned=np.int64(1)),  # type: ignore[arg-type]
        lambda: Metadata(created_at=np.float32(math.nan)),  # type: ignore[arg-type]
        lambda: Metadata(attributes={"a": np.float32(math.nan)}),  # type: ignore[dict-item]
        lambda: Metadata(attributes={"a": np.uint64(2**63)}),  # type: ignore[dict-item]
        lambda: Metadata(attributes={"a": np.datetime64("2026-01-01")}),  # type: ignore[dict-item]
    ],
)
def test_what_is_no_finite_number_is_refused_of_numpy_too(call: Callable[[], object]) -> None:
    with pytest.raises(InvalidValue, match="must be"):
        call()


@pytest.mark.parametrize("order", ["C", "F", "every other"])
def test_vectors_of_length_1_are_read_however_they_lie(db: DB, order: str) -> None:
    given = np.array(np.eye(DIM), dtype=np.float32, order="F" if order == "F" else "C")
    if order == "every other":
        given = np.repeat(given, 2, axis=1)[:, ::2]
    names = ["east", "north", "up"]

    db.add_many(given, ids=names)

    assert [db.search(each, k=1)[0].id for each in given] == names
    assert [db.nearest(each, k=1)[0].id for each in given] == names
    assert [db.hybrid_search("no word", each, k=1)[0].id for each in given] == names
