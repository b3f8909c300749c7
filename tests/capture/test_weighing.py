"""What a decision's clues come to, beside those of the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.capture.clues import Clue
from featherchat.capture.weighing import FLOOR, LIKELY, Lead, Said, weighed, worth_a_look
from tests.conftest import examples

DAY = 86_400.0
leads = st.builds(
    Lead,
    st.sampled_from("abcdef"),
    st.floats(0, 1e9),
    st.floats(0, 2),
    st.floats(-1, 1),
)


def test_what_recall_put_first_is_likeliest() -> None:
    found = weighed([Lead("a", DAY, 0.9, 0.7), Lead("b", DAY, 0.4, 0.65)], Said(), 2)

    assert [each.decision for each in found] == ["a", "b"]
    assert (found[0].origin, found[0].evidence) == ("semantic", "cosine 0.70")


def test_an_old_decision_is_less_likely_than_a_fresh_one() -> None:
    fresh, old = Lead("fresh", DAY, 0.5), Lead("old", 900 * DAY, 0.5)

    found = weighed([old, fresh], Said(), 2)

    assert [each.decision for each in found] == ["fresh", "old"]


def test_what_governs_the_code_is_told_though_nothing_else_speaks_for_it() -> None:
    said = Said(governed={"a": Clue(1.0, "governs Ring.rotate")})

    (found,) = weighed([Lead("a", 900 * DAY)], said, 1)

    assert found.confidence >= LIKELY
    assert (found.origin, found.evidence) == ("path", "governs Ring.rotate")


def test_the_one_that_recall_brought_says_more_among_many() -> None:
    lead = Lead("a", DAY, 0.9, 0.7)

    (alone,), (chosen,) = weighed([lead], Said(), 1), weighed([lead], Said(), 40)

    assert chosen.confidence > alone.confidence


def test_what_is_much_less_likely_than_the_first_is_not_told() -> None:
    found = weighed([Lead("a", DAY, 1.2, 0.8), Lead("b", 100 * DAY, 0.2, 0.7)], Said(), 2)

    kept = worth_a_look(found)

    assert found[1].confidence < 0.1 * found[0].confidence
    assert [each.decision for each in kept] == ["a"]
    assert worth_a_look([]) == []


@pytest.mark.property
@settings(max_examples=examples(25, 300), deadline=None)
@given(st.lists(leads, max_size=6, unique_by=lambda each: each.decision))
def test_the_order_of_leads_does_not_matter(found: list[Lead]) -> None:
    mixed = sorted(found, key=lambda each: each.decision)

    one, other = weighed(found, Said(), 9), weighed(mixed, Said(), 9)

    assert {x.decision: round(x.confidence, 9) for x in one} == {
        x.decision: round(x.confidence, 9) for x in other
    }
    assert all(0.0 <= each.confidence <= 1.0 for each in one)
    assert all(each.confidence >= FLOOR for each in worth_a_look(one))
