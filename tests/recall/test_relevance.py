from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.fusion import Fusion, FusionWeights
from featherchat.memory import Edge, Kind, RelationType, Status
from featherchat.recall.heads import AMENDS, Heads
from featherchat.recall.relevance import relevances, successors, successors_first, trails
from featherchat.recollection import Outline, ScoreParts
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
    hits = WordHits(words, {}, 1, len(KINDS), documents or {}, named)
    return Heads(hits, cosines or {}, edges, outlined(KINDS))


def outlined(kinds: Mapping[str, str]) -> dict[str, Outline]:
    return {
        memory_id: Outline(
            memory_id, kind, Status.ACTIVE, 1.0, False, 0, 0.0, None, "user", None, None, False
        )
        for memory_id, kind in kinds.items()
    }


def parts(heads: Heads, fusion: Fusion = Fusion.WEIGHTED) -> dict[str, ScoreParts]:
    found = relevances(heads, WEIGHTS, fusion)
    return {memory_id: found.parts(memory_id) for memory_id in found.of}


def test_a_decision_s_words_are_those_of_its_whole_record() -> None:
    found = parts(heads({"r": 4.0, "n": 8.0}, documents={"d": 30.0, "n": 20.0}))

    assert found["d"].words == 1.0
    assert found["n"].words == 1.0
    assert found["r"].words == 0.5


def test_a_decision_whose_record_is_not_indexed_takes_the_words_of_its_best_part() -> None:
    found = parts(heads({"r": 4.0, "x": 2.0, "n": 8.0}))

    assert found["d"].relevance == pytest.approx(0.5)


def test_a_decision_s_meaning_is_that_of_its_best_part() -> None:
    found = parts(heads({}, {"d": 0.5, "r": 0.9, "n": 0.7}))

    assert found["d"].meaning == 1.0
    assert found["d"].cosine == 0.9


@given(some_scores, some_cosines, some_documents, st.frozensets(st.sampled_from("drxn")))
def test_no_part_is_above_its_decision_and_all_relevances_are_shares(
    words: dict[str, float],
    cosines: dict[str, float],
    documents: dict[str, float],
    named: frozenset[str],
) -> None:
    found = parts(heads(words, cosines, documents, named))

    assert {*words, *cosines, *named} <= set(found)
    for part in {"r", "x"} & found.keys():
        assert found[part].relevance <= found["d"].relevance
    assert all(0.0 <= each.relevance <= 1.0 + 1e-9 for each in found.values())


def test_what_is_about_a_named_path_has_all_the_words_and_so_has_its_decision() -> None:
    found = parts(heads({"n": 9.0}, documents={"n": 9.0}, named=frozenset("x")))

    assert found["x"].words == 1.0
    assert found["d"].words == 1.0


def test_a_successor_is_as_relevant_as_what_it_has_superseded() -> None:
    edges = (Edge("n", "d", RelationType.SUPERSEDES),)

    found = parts(heads({"d": 8.0, "n": 2.0, "r": 1.0}, edges=edges))

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


def test_of_two_records_with_equally_near_parts_the_one_that_says_little_else_is_nearer() -> None:
    kinds = {"long": Kind.DECISION, "short": Kind.DECISION, "l": Kind.RATIONALE, "s": "rationale"}
    edges = (Edge("long", "l", "leads_to"), Edge("short", "s", "leads_to"))
    found = Heads(
        WordHits({}, {}, 1, 4),
        {"l": 0.9, "s": 0.9, "n": 0.5},
        edges,
        outlined(kinds),
        sizes={"long": 12, "short": 1},
    )

    long, short = parts(found)["long"], parts(found)["short"]

    assert short.meaning == 1.0
    assert 0.5 < long.meaning < 0.9
    assert long.cosine == short.cosine == 0.9


def test_the_nearest_record_is_as_near_as_its_nearest_part() -> None:
    near = Heads(
        WordHits({}, {}, 1, 4), {"r": 0.8, "n": 0.7, "x": 0.5}, RECORD, outlined(KINDS), {"d": 9}
    )

    found = parts(near)

    assert found["d"].meaning == found["r"].meaning == 1.0


def test_a_decision_never_stands_above_what_amends_it() -> None:
    amended = heads({}, edges=(Edge("n", "d", AMENDS),))

    assert successors_first(["d", "r", "n"], amended) == ["n", "d", "r"]
    assert successors_first(["d", "r"], amended) == ["d", "r"]


@given(
    st.permutations("drxn"),
    st.lists(
        st.tuples(
            st.sampled_from("drxn"),
            st.sampled_from("drxn"),
            st.sampled_from([AMENDS, RelationType.SUPERSEDES]),
        ).filter(lambda ends: ends[0] != ends[1]),
        max_size=5,
    ),
)
def test_whatever_supersedes_whatever_each_memory_is_placed_once(
    ranked: list[str], stated: list[tuple[str, str, str]]
) -> None:
    edges = tuple(Edge(*ends) for ends in stated)

    assert sorted(successors_first(ranked, heads({}, edges=edges))) == sorted(ranked)
