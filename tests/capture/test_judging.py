"""What one sentence is to another, on pairs written by hand."""

import pytest

from featherchat.capture.claims import read_claims
from featherchat.capture.judging import Relation, judge
from tests.capture.contradiction_pairs import PAIRS

TAKES_THE_PLACE = (Relation.SUPERSEDES, Relation.CONTRADICTS)


@pytest.mark.parametrize(("known", "said", "verdict", "sure"), PAIRS)
def test_a_pair_gets_its_verdict(known: str, said: str, verdict: str, sure: bool) -> None:
    found = judge([read_claims(said)], [read_claims(known)])

    assert (found.relation, found.sure) == (verdict, sure), found.reason
