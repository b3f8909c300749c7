"""What goes into a turn: whole memories, within the budget, what was left out listed."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.memory import Kind
from featherchat.ranking import PromptWeights
from featherchat.recall.assembly import assemble
from featherchat.recall.context import estimate_tokens, quoted
from featherchat.recall.layers import GROUPS, Group, Ranking
from featherchat.recollection import Recollection
from tests.recall.recollections import a_recollection

SHORT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=400)
KINDS = st.sampled_from([kind.value for kind in Kind] + ["anything"])
FOUND = st.lists(
    st.builds(a_recollection, SHORT.filter(str.strip), KINDS, st.floats(0.0, 1.0)),
    max_size=12,
    unique_by=lambda found: found.memory.id,
)


def rankings(found: Sequence[Recollection], left_out: Sequence[Recollection] = ()) -> list[Ranking]:
    def within(group: Group, some: Sequence[Recollection]) -> tuple[Recollection, ...]:
        return tuple(each for each in some if group.has(each.memory.kind))

    everything = [Ranking(group, within(group, found), within(group, left_out)) for group in GROUPS]
    return [each for each in everything if each.found]


def test_nothing_found_is_said_to_the_model() -> None:
    assembled = assemble((), 1_500)

    assert "No relevant memory" in assembled.text
    assert assembled.recollections == ()


def test_decisions_stand_before_episodes() -> None:
    episode = a_recollection("We looked at the logs.", kind="debugging", relevance=0.9)
    decision = a_recollection("Use PostgreSQL.", relevance=0.5)

    assembled = assemble(rankings([episode, decision]), 1_500)

    assert [each.memory.kind for each in assembled.recollections] == ["decision", "debugging"]


def test_the_order_within_a_layer_is_the_ranking_s() -> None:
    found = [a_recollection(f"Number {n}.", relevance=n / 10) for n in (3, 9, 5)]

    assembled = assemble(rankings(found), 1_500)

    assert list(assembled.recollections) == found


def test_what_does_not_fit_is_listed_with_the_reason() -> None:
    short, long = a_recollection("Use PostgreSQL."), a_recollection("word " * 2_000)

    assembled = assemble(rankings([long, short]), 300)

    assert [each.memory.text for each in assembled.recollections] == ["Use PostgreSQL."]
    ((memory, reason),) = [(each.memory, each.reason) for each in assembled.omissions]
    assert memory == long.memory
    assert "300 tokens" in reason


def test_what_a_layer_left_out_is_listed_with_its_reason() -> None:
    found, twin = a_recollection("Use PostgreSQL."), a_recollection("Use PostgreSQL!")
    left_out = [Recollection(twin.memory, 0.5, twin.parts, note="too similar to m:abc123")]

    assembled = assemble(rankings([found], left_out), 1_500)

    assert [(each.memory, each.reason) for each in assembled.omissions] == [
        (twin.memory, "too similar to m:abc123")
    ]


@pytest.mark.parametrize(
    ("weights", "first"),
    [
        (PromptWeights(1.0, 0.0, 0.0), "Relevant."),
        (PromptWeights(0.0, 0.0, 1.0), "Important."),
    ],
)
def test_weights_say_what_gets_a_place_that_no_layer_has_claimed(
    weights: PromptWeights, first: str
) -> None:
    fill = "word " * 45
    relevant = a_recollection("Relevant. " + fill, kind="debugging", relevance=0.9)
    important = a_recollection("Important. " + fill, kind="overview", relevance=0.2, importance=2.0)

    assembled = assemble(rankings([relevant, important]), 190, weights)

    assert [each.memory.text.split()[0] for each in assembled.recollections] == [first]


@given(FOUND, st.integers(100, 2_000), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(deadline=None)
def test_the_budget_is_kept_and_nothing_is_cut_or_lost(
    found: list[Recollection], limit: int, recency: float, importance: float
) -> None:
    assembled = assemble(rankings(found), limit, PromptWeights(0.5, recency, importance))

    taken = {each.memory.id for each in assembled.recollections}
    omitted = [each.memory.id for each in assembled.omissions]
    assert assembled.tokens == estimate_tokens(assembled.text)
    assert assembled.tokens <= limit
    assert all(quoted(each) in assembled.text for each in assembled.recollections)
    assert sorted([*taken, *omitted]) == sorted(each.memory.id for each in found)


@given(KINDS)
def test_every_kind_has_one_place_in_a_prompt(kind: str) -> None:
    assert [group.has(kind) for group in GROUPS].count(True) == 1


def test_the_shares_are_the_whole_budget() -> None:
    assert sum(group.share for group in GROUPS) == pytest.approx(1.0)
