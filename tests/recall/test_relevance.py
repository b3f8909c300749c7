import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.memory import Edge, Kind, Memory, RelationType, Source
from featherchat.ranking import FusionWeights
from featherchat.recall.relevance import Heads, paths_in, relevances, successors, trails
from featherchat.store.base import WordHits

KINDS = {"d": Kind.DECISION, "r": Kind.RATIONALE, "x": Kind.ALTERNATIVE, "n": Kind.OVERVIEW}
RECORD = (Edge("d", "r", RelationType.LEADS_TO), Edge("d", "x", RelationType.CONTRADICTS))
WEIGHTS = FusionWeights(0.7, 0.3)

some_scores = st.dictionaries(st.sampled_from("drxn"), st.floats(0.1, 20.0))
some_cosines = st.dictionaries(st.sampled_from("drxn"), st.floats(0.3, 0.9))
some_documents = st.dictionaries(st.sampled_from("dn"), st.floats(0.1, 20.0))


def heads(
    words: dict[str, float],
    cosines: dict[str, float] | None = None,
    documents: dict[str, float] | None = None,
    named: frozenset[str] = frozenset(),
    edges: tuple[Edge, ...] = RECORD,
) -> Heads:
    memories = {
        memory_id: Memory(memory_id, "text", "title", kind, Source("document", 0.0), 0.0, 1.0)
        for memory_id, kind in KINDS.items()
    }
    hits = WordHits(words, {}, 1, len(memories), documents or {})
    return Heads(hits, cosines or {}, named, memories, frozenset(memories), edges)


def test_a_decision_s_words_are_those_of_its_whole_record() -> None:
    found = relevances(heads({"r": 4.0, "n": 8.0}, documents={"d": 30.0, "n": 20.0}), WEIGHTS)

    assert found["d"].words == 1.0
    assert found["n"].words == 1.0
    assert found["r"].words == 0.5


def test_a_decision_whose_record_is_not_indexed_takes_the_words_of_its_best_part() -> None:
    found = relevances(heads({"r": 4.0, "x": 2.0, "n": 8.0}), WEIGHTS)

    assert found["d"].relevance == pytest.approx(0.5)


def test_a_decision_s_meaning_is_that_of_its_best_part() -> None:
    found = relevances(heads({}, {"d": 0.5, "r": 0.9, "n": 0.7}), WEIGHTS)

    assert found["d"].meaning == 1.0
    assert found["d"].cosine == 0.9


@given(some_scores, some_cosines, some_documents, st.frozensets(st.sampled_from("drxn")))
def test_no_part_is_above_its_decision_and_all_relevances_are_shares(
    words: dict[str, float],
    cosines: dict[str, float],
    documents: dict[str, float],
    named: frozenset[str],
) -> None:
    found = relevances(heads(words, cosines, documents, named), WEIGHTS)

    assert {*words, *cosines, *named} <= set(found)
    for part in {"r", "x"} & found.keys():
        assert found[part].relevance <= found["d"].relevance
    assert all(0.0 <= each.relevance <= 1.0 + 1e-9 for each in found.values())


def test_what_is_about_a_named_path_has_all_the_words_and_so_has_its_decision() -> None:
    found = relevances(heads({"n": 9.0}, documents={"n": 9.0}, named=frozenset("x")), WEIGHTS)

    assert found["x"].words == 1.0
    assert found["d"].words == 1.0


def test_a_successor_is_as_relevant_as_what_it_has_superseded() -> None:
    edges = (Edge("n", "d", RelationType.SUPERSEDES),)

    found = relevances(heads({"d": 8.0, "n": 2.0, "r": 1.0}, edges=edges), WEIGHTS)

    assert found["n"].relevance == found["d"].relevance == 1.0


def test_the_successor_is_the_end_of_the_chain_even_if_the_chain_is_a_circle() -> None:
    chain = (Edge("r", "d", RelationType.SUPERSEDES), Edge("n", "r", RelationType.SUPERSEDES))
    circle = (*chain, Edge("d", "n", RelationType.SUPERSEDES))

    assert successors(heads({}, edges=chain)) == {"d": "n", "r": "n"}
    assert set(successors(heads({}, edges=circle))) == {"d", "r", "n"}


def test_a_decision_that_only_its_part_led_to_says_so() -> None:
    trail = trails(heads({"r": 1.0}))

    assert [(step.relation, step.from_id, step.forward) for step in trail["d"]] == [
        (RelationType.LEADS_TO, "r", False)
    ]
    assert trails(heads({"r": 1.0, "d": 1.0})) == {}


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("why is src/pool.py like this?", ["src/pool.py"]),
        ("see docs/adr/0007-pool.md.", ["docs/adr/0007-pool.md"]),
        ("what is in pool.py", ["pool.py", "*/pool.py"]),
        ("the folder src/db/", ["src/db"]),
        ("e.g. version 1.2 of it.", []),
        ("why not?", []),
    ],
)
def test_paths_that_a_question_names_are_recognized(question: str, paths: list[str]) -> None:
    assert paths_in(question) == paths


@given(st.text())
def test_no_question_is_too_strange_to_look_for_paths_in(question: str) -> None:
    assert all(
        path in question or path.removeprefix("*/") in question for path in paths_in(question)
    )
