import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY
from featherchat.errors import ConfigError
from featherchat.fusion import (
    FusionWeights,
    diversified,
    rank_fusion,
    ranked,
    reciprocal_rank_fusion,
    weighted_fusion,
)
from featherchat.memory import AdrStatus, Kind, Memory, Source, Status
from featherchat.ranking import (
    DecayPolicy,
    Evidence,
    LinkClues,
    PromptWeights,
    answers,
    link_confidence,
    parts_of,
    prompt_value,
    recency,
    score,
    score_of,
    strength,
)
from featherchat.recollection import ScoreParts

NOW = 1_790_000_000.0
MONTH = 30 * SECONDS_PER_DAY

shares = st.floats(0.0, 1.0)
scores = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 50.0))
cosines = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-1.0, 1.0))


def a_memory(**given: object) -> Memory:
    fields: dict[str, object] = {
        "id": "m1",
        "text": "We chose usearch.",
        "title": "usearch",
        "kind": Kind.DEBUGGING,
        "source": Source("user", NOW),
        "created_at": NOW,
        "importance": 1.0,
    }
    return Memory(**{**fields, **given})  # type: ignore[arg-type]


def test_a_memory_recalled_often_fades_more_slowly() -> None:
    untouched = recency(MONTH, recall_count=0, half_life=30.0)
    recalled = recency(MONTH, recall_count=10, half_life=30.0)

    assert untouched == pytest.approx(0.5)
    assert recalled == pytest.approx(0.5 ** (1 / (1 + math.log(11))))


def test_what_has_no_half_life_does_not_fade() -> None:
    assert recency(1_000 * MONTH, recall_count=0, half_life=None) == 1.0


@given(st.floats(-1e9, 1e9), st.integers(0, 1_000), st.floats(0.1, 1_000.0))
def test_recency_is_a_share_and_a_negative_age_counts_as_none(
    age: float, recalls: int, half_life: float
) -> None:
    fresh = recency(age, recalls, half_life)

    assert 0.0 <= fresh <= 1.0
    assert age > 0 or fresh == 1.0


@given(st.floats(0.0, 1e8), st.floats(0.0, 1e8), st.integers(0, 50), st.floats(1.0, 400.0))
def test_two_waits_fade_a_memory_as_one_that_is_as_long(
    first: float, second: float, recalls: int, half_life: float
) -> None:
    whole = recency(first + second, recalls, half_life)

    assert whole == pytest.approx(
        recency(first, recalls, half_life) * recency(second, recalls, half_life)
    )


def test_the_score_mixes_relevance_and_recency_and_multiplies_by_the_weight() -> None:
    assert score(0.8, 0.5, weight=2.0, time_weight=0.3) == pytest.approx(2 * (0.56 + 0.15))


@given(
    relevance=shares,
    importance=st.floats(0.0, 2.0),
    recalls=st.integers(0, 100),
    age=st.floats(0.0, 1e8),
    time_weight=shares,
    flat=st.booleans(),
    change=st.booleans(),
    pinned=st.booleans(),
    status=st.sampled_from(Status),
)
def test_a_score_follows_from_the_parts_that_explain_shows(
    relevance: float,
    importance: float,
    recalls: int,
    age: float,
    time_weight: float,
    flat: bool,
    change: bool,
    pinned: bool,
    status: Status,
) -> None:
    memory = a_memory(
        importance=importance,
        recall_count=recalls,
        created_at=NOW - age,
        pinned=pinned,
        status=status,
    )

    found = ScoreParts(relevance, words=relevance, share_words=1.0)

    parts = parts_of(memory, found, NOW, DecayPolicy(None, time_weight), flat=flat, change=change)

    assert parts.score == pytest.approx(score_of(parts), abs=1e-6)


def test_an_accepted_decision_stays_fresh_until_it_is_superseded() -> None:
    accepted = {"kind": Kind.DECISION, "attributes": {"adr_status": AdrStatus.ACCEPTED.value}}
    old = NOW - 100 * MONTH

    in_force = a_memory(created_at=old, **accepted)
    replaced = a_memory(created_at=old, status=Status.SUPERSEDED, **accepted)

    assert strength(in_force, NOW, DecayPolicy()) == 1.0
    assert strength(replaced, NOW, DecayPolicy()) < 0.01


def test_in_a_flat_list_a_note_that_is_asked_for_beats_an_important_decision_that_is_not() -> None:
    note = a_memory(created_at=NOW - 7 * SECONDS_PER_DAY)
    decision = a_memory(kind=Kind.DECISION, importance=2.0, pinned=True)

    def scored(memory: Memory, relevance: float, *, flat: bool) -> float:
        return parts_of(memory, ScoreParts(relevance), NOW, DecayPolicy(), flat=flat).score

    assert scored(note, 1.0, flat=True) > scored(decision, 0.7, flat=True)
    assert scored(note, 1.0, flat=False) < scored(decision, 0.7, flat=False)


def test_half_lives_can_be_given_by_kind() -> None:
    policy = DecayPolicy({Kind.DEBUGGING: 7.0, Kind.DECISION: None})

    assert policy.half_life_of(Kind.DEBUGGING) == 7.0
    assert policy.half_life_of(Kind.DECISION) is None
    assert policy.half_life_of(Kind.BUG_FIX) == 180.0
    assert DecayPolicy(90.0).half_life_of("anything") == 90.0


@pytest.mark.parametrize("half_life", [0.0, -1.0, math.nan, {Kind.DECISION: 0.0}])
def test_a_half_life_that_is_not_above_zero_is_refused(half_life: object) -> None:
    with pytest.raises(ConfigError, match="half_life"):
        DecayPolicy(half_life)  # type: ignore[arg-type]


@pytest.mark.parametrize("time_weight", [-0.1, 1.1, math.nan])
def test_a_time_weight_that_is_no_share_is_refused(time_weight: float) -> None:
    with pytest.raises(ConfigError, match="time_weight"):
        DecayPolicy(time_weight=time_weight)


def test_fusion_divides_words_by_the_best_and_stretches_cosines() -> None:
    merged = weighted_fusion(
        {"a": 10.0, "b": 5.0}, {"b": 0.8, "c": 0.6, "d": 0.7}, FusionWeights(0.7, 0.3)
    )

    assert {key: each.relevance for key, each in merged.items()} == pytest.approx(
        {"a": 0.7, "b": 0.35 + 0.3, "c": 0.0, "d": 0.15}
    )
    assert merged["b"].cosine == 0.8
    assert merged["a"].cosine is None


@given(scores, cosines)
def test_a_fused_relevance_is_a_share_for_everything_that_was_found(
    words: dict[str, float], meaning: dict[str, float]
) -> None:
    merged = weighted_fusion(words, meaning)

    assert merged.keys() == words.keys() | meaning.keys()
    assert all(-1e-9 <= each.relevance <= 1.0 + 1e-9 for each in merged.values())


@given(scores, cosines, st.floats(0.1, 10.0))
def test_fusion_does_not_depend_on_the_order_or_the_scale_of_words(
    words: dict[str, float], meaning: dict[str, float], factor: float
) -> None:
    merged = weighted_fusion(words, meaning)

    other = weighted_fusion(
        {key: factor * value for key, value in reversed(words.items())},
        dict(reversed(meaning.items())),
    )

    assert {key: each.relevance for key, each in other.items()} == pytest.approx(
        {key: each.relevance for key, each in merged.items()}
    )


@given(scores)
def test_with_one_head_alone_the_order_is_that_head_s(words: dict[str, float]) -> None:
    merged = weighted_fusion(words, {})

    assert max((each.relevance for each in merged.values()), default=1.0) == 1.0
    for key, value in words.items():
        assert merged[key].relevance == pytest.approx(value / max(words.values()))


def test_words_add_to_a_cosine_as_evidence() -> None:
    assert answers(Evidence(0.78, 0.0, 5, 1_000), threshold=0.78)
    assert not answers(Evidence(0.7, 0.2, 5, 1_000), threshold=0.78)
    assert answers(Evidence(0.7, 0.4, 5, 1_000), threshold=0.78)


def test_among_more_memories_more_evidence_is_needed() -> None:
    evidence = {"cosine": 0.77, "coverage": 0.0, "terms": 5}

    assert answers(Evidence(memories=200, **evidence), threshold=0.78)  # type: ignore[arg-type]
    assert not answers(Evidence(memories=2_000, **evidence), threshold=0.78)  # type: ignore[arg-type]


def test_words_alone_need_a_smaller_share_of_a_longer_question() -> None:
    assert not answers(Evidence(None, 0.3, 4, 1_000), threshold=None)
    assert answers(Evidence(None, 0.3, 16, 1_000), threshold=None)


@given(shares, shares, st.integers(1, 50), st.integers(0, 10**6), shares)
def test_more_evidence_never_takes_an_answer_back(
    cosine: float, coverage: float, terms: int, memories: int, more: float
) -> None:
    for threshold in (None, 0.78):
        if answers(Evidence(cosine, coverage, terms, memories), threshold):
            assert answers(Evidence(cosine + more, coverage, terms, memories), threshold)
            assert answers(Evidence(cosine, coverage + more, terms, memories), threshold)


RANKINGS = st.lists(st.permutations(["m1", "m2", "m3", "m4"]), max_size=4)


@given(RANKINGS)
def test_rank_fusion_does_not_depend_on_the_order_of_its_rankings(
    rankings: list[list[str]],
) -> None:
    merged = reciprocal_rank_fusion(rankings)

    assert set(merged) == {memory_id for ranking in rankings for memory_id in ranking}
    assert merged == reciprocal_rank_fusion(rankings[::-1])


@given(st.lists(st.permutations(["m1", "m2", "m3", "m4"]), min_size=1, max_size=4))
def test_a_rank_gains_at_most_what_the_first_place_of_every_ranking_does(
    rankings: list[list[str]],
) -> None:
    merged = reciprocal_rank_fusion(rankings)

    count = len(rankings)
    assert all(count / 64 <= gain <= count / 61 for gain in merged.values())


def test_the_gain_of_a_rank_is_what_the_formula_says() -> None:
    merged = reciprocal_rank_fusion([["a", "b"], ["b"]])

    assert merged == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61})


@given(scores, cosines)
def test_fusion_by_ranks_has_the_order_of_reciprocal_rank_fusion_and_is_a_share(
    words: dict[str, float], meaning: dict[str, float]
) -> None:
    merged = rank_fusion(words, meaning)

    heads = [head for head in (words, meaning) if head]
    gains = reciprocal_rank_fusion([ranked(head) for head in heads])
    for key, each in merged.items():
        assert each.relevance == pytest.approx(61 / len(heads) * gains[key])
        assert 0.0 < each.relevance <= 1.0 + 1e-9


@given(scores, cosines)
def test_fusion_by_ranks_does_not_depend_on_scale_or_order(
    words: dict[str, float], meaning: dict[str, float]
) -> None:
    other = rank_fusion(
        {key: 2.0 * value for key, value in reversed(words.items())},
        dict(reversed(meaning.items())),
    )

    relevance = {key: each.relevance for key, each in rank_fusion(words, meaning).items()}
    assert {key: each.relevance for key, each in other.items()} == relevance


def test_of_two_that_say_the_same_one_makes_way_for_what_adds_more() -> None:
    relevances = {"best": 1.0, "twin": 0.9, "other": 0.8}

    def likeness(one: str, other: str) -> float:
        return 0.95 if {one, other} == {"best", "twin"} else 0.1

    assert diversified(relevances, likeness, 2) == ["best", "other"]
    assert diversified(relevances, likeness, 3) == ["best", "other", "twin"]


@given(st.dictionaries(st.sampled_from("abcdefgh"), shares), st.integers(0, 9))
def test_what_is_unlike_everything_is_taken_in_the_order_of_relevance(
    relevances: dict[str, float], k: int
) -> None:
    taken = diversified(relevances, lambda one, other: 0.0, k)

    assert [relevances[key] for key in taken] == sorted(relevances.values(), reverse=True)[:k]


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), shares, min_size=1),
    st.integers(1, 9),
    st.randoms(use_true_random=False),
)
def test_the_first_that_is_taken_is_the_most_relevant_and_none_is_taken_twice(
    relevances: dict[str, float], k: int, chance: random.Random
) -> None:
    taken = diversified(relevances, lambda one, other: chance.uniform(-1.0, 1.0), k)

    assert relevances[taken[0]] == max(relevances.values())
    assert len(taken) == len(set(taken)) == min(k, len(relevances))


@pytest.mark.parametrize("given_weights", [(0.0, 0.0, 0.0), (-0.1, 0.5, 0.5), (0.5, 1.5, 0.0)])
def test_weights_of_a_prompt_that_are_no_shares_are_refused(
    given_weights: tuple[float, float, float],
) -> None:
    with pytest.raises(ConfigError, match="weights"):
        PromptWeights(*given_weights)


def test_the_value_of_a_memory_in_a_prompt_is_what_the_weights_make_of_it() -> None:
    parts = ScoreParts(0.5, recency=0.25, importance=2.0)

    assert prompt_value(parts, PromptWeights()) == pytest.approx(0.3 + 0.05 + 0.2)


clues = st.builds(
    LinkClues,
    cosine=st.floats(0, 1),
    lead=st.floats(-1, 1),
    score_lead=st.floats(-2, 2),
    overlap=st.floats(0, 1),
    named=st.floats(0, 1),
    age=st.floats(0, 10_000),
)


@given(clues, st.floats(0, 1))
def test_more_files_in_common_never_make_a_link_less_likely(given: LinkClues, more: float) -> None:
    raised = replace(given, overlap=max(given.overlap, more), named=max(given.named, more))

    assert 0.0 < link_confidence(given) <= link_confidence(raised) < 1.0


def test_what_was_decided_long_ago_is_carried_out_less_likely() -> None:
    fresh = LinkClues(0.8, 0.1, 0.3, 0.5, 0.0, age=1.0)

    assert link_confidence(fresh) > link_confidence(replace(fresh, age=100.0))
