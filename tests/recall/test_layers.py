from dataclasses import replace

import numpy as np
import pytest

from featherchat.memory import Memory, Source
from featherchat.recall.context import short_id
from featherchat.recall.layers import PER_LAYER, PER_SOURCE, Likeness, layered, within_sources
from featherchat.recall.likeness import likeness_in
from featherchat.recollection import Recollection
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.recall.recollections import a_recollection


def found(text: str, score: float, **given: object) -> Recollection:
    """A hit that was no document's, unless a source is given."""
    made = a_recollection(text, relevance=score, **{"source": Source("user", 0.0), **given})
    return replace(made, score=score)


def alike(*texts: str) -> Likeness:
    """Says that some texts say the same and no others do."""

    def likeness(one: Memory, other: Memory) -> float:
        return 0.99 if {one.text, other.text} <= set(texts) else 0.0

    return likeness


def test_a_twin_makes_way_for_what_adds_more_and_the_reason_names_the_other() -> None:
    best, twin = found("The pool is full.", 1.0), found("The pool is full!", 0.99)
    others = [found(f"Number {n}.", 0.9 - n / 100) for n in range(PER_LAYER - 1)]

    (ranking,) = layered([twin, best, *others], [], alike(best.memory.text, twin.memory.text))

    assert ranking.found == (best, *others)
    assert [(each.memory, each.note) for each in ranking.left_out] == [
        (twin.memory, f"too similar to m:{short_id(best.memory.id)}")
    ]


def test_a_layer_tells_so_many_and_no_more() -> None:
    hits = [found(f"Number {n}.", 1.0 - n / 100) for n in range(PER_LAYER + 2)]

    (ranking,) = layered(hits, [], alike())

    assert list(ranking.found) == hits[:PER_LAYER]
    assert {each.note for each in ranking.left_out} == {
        f"beyond the first {PER_LAYER} of its layer"
    }


def test_one_document_has_so_many_places_in_a_layer() -> None:
    source = Source("document", 0.0, path="docs/pool.md")
    pieces = [found(f"Piece {n}.", 1.0, source=source) for n in range(PER_SOURCE + 1)]

    (ranking,) = layered([*pieces, found("Elsewhere.", 0.1)], [], alike())

    assert len(ranking.found) == PER_SOURCE + 1
    assert [each.note for each in ranking.left_out] == [f"beyond {PER_SOURCE} of one source"]


def test_what_hits_are_linked_with_stands_behind_the_hits_of_its_layer() -> None:
    hit, linked = found("A hit.", 0.2), found("Linked.", 0.9)

    (ranking,) = layered([hit], [linked, hit], alike())

    assert ranking.found == (hit, linked)


def test_what_has_no_source_is_never_too_much() -> None:
    allowed, crowded = within_sources(["a", "b"] * 9, lambda each: None)

    assert (len(allowed), crowded) == (18, [])


def test_likeness_is_the_cosine_of_vectors_else_the_share_of_words(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    one, two = a_memory("The pool is full."), a_memory("The pool is empty.")
    three = a_memory("Nothing but tabs.")
    store.put([one, two, three], a_cause())
    matrix = np.array([[1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    store.put_vectors([one, two], matrix, "test@2v1")

    likeness = likeness_in(store, [one, two, three])

    assert likeness(one, two) == pytest.approx(0.6, abs=1e-3)
    assert likeness(one, three) == 0.0
    assert likeness(three, three) == 1.0
