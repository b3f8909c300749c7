from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY
from featherchat.commands import signs, wording
from featherchat.memory import Anchor, Source, Status
from tests.conftest import MakeMemory


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-3, "now"),
        (0, "now"),
        (0.02, "28m"),
        (0.5, "12h"),
        (3, "3d"),
        (13.9, "13d"),
        (50, "7w"),
        (430, "14mo"),
        (1100, "3y"),
    ],
)
def test_an_age_is_short(days: float, words: str) -> None:
    assert wording.age(days * SECONDS_PER_DAY) == words


@given(st.floats(0, 1e10), st.floats(0, 1e10))
def test_an_age_never_takes_more_than_four_columns(first: float, second: float) -> None:
    assert len(wording.age(first)) <= 4


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_stays_within_its_width_and_shows_whatever_is_above_zero(
    share: float, width: int
) -> None:
    drawn = wording.bar(share, width)

    assert len(drawn) <= width
    assert bool(drawn) == (share > 0)


@pytest.mark.parametrize(
    ("given_fields", "mark", "word"),
    [
        ({"attributes": {"adr_status": "accepted"}}, "●", "accepted"),
        ({"attributes": {"adr_status": "proposed"}}, "◐", "proposed"),
        ({"attributes": {}}, "◐", "proposed"),
        ({"status": Status.CANDIDATE}, "◐", "unconfirmed"),
        ({"status": Status.SUPERSEDED, "pinned": True}, "⊘", "superseded"),
        ({"kind": "alternative"}, "✕", "rejected"),
        ({"kind": "dead_end"}, "✕", "dead end"),
        ({"kind": "stack", "anchors": (Anchor("a.py", changed=True),)}, "⚑", "suspect"),
        ({"kind": "stack", "pinned": True}, "⊙", "pinned"),
        ({"kind": "stack"}, "·", ""),
    ],
)
def test_a_sign_says_what_limits_a_memory_first(
    a_memory: MakeMemory, given_fields: dict[str, object], mark: str, word: str
) -> None:
    sign = signs.sign_of(a_memory("The pool.", **given_fields))

    assert (sign.mark, sign.word) == (mark, word)


def test_a_relation_reads_from_the_memory_in_focus() -> None:
    assert signs.relation_words("leads_to", forward=True) == "leads to"
    assert signs.relation_words("supersedes", forward=False) == "superseded by"
    assert signs.relation_words("related_to", forward=False) == "related to"
    assert signs.relation_words("blocks", forward=False) == "blocks ←"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("document", 0, path="docs/a.md", line=7), "docs/a.md:7"),
        (Source("commit", 0, sha="a1b2c3d4e5"), "commit a1b2c3d"),
        (Source("assistant", 5_400_000, session_id="s"), "session of 4 March"),
        (Source("user", 5_400_000), "user, 4 March"),
    ],
)
def test_a_source_is_named_shortly(source: Source, words: str) -> None:
    assert signs.source_words(source, UTC) == words


def test_money_shows_the_digits_that_matter() -> None:
    assert [wording.dollars(cost) for cost in (0.0, 0.004, 0.04, 12.3)] == [
        "$0.00",
        "$0.004",
        "$0.04",
        "$12.30",
    ]


def test_a_path_keeps_its_end() -> None:
    assert wording.shorten_path("docs/decisions/0012.md", 10) == "…s/0012.md"
    assert wording.shorten_path("a.md", 10) == "a.md"
