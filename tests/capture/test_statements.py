"""What a person says outright is found; a question, a word or code is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.capture.statements import MAX_CHARACTERS, explicit_statements


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We decided to use PostgreSQL because orders need transactions.", "decision"),
        ("Let's go with usearch for the index.", "decision"),
        ("We no longer support Python 3.10 here.", "decision"),
        ("Decision: deploy with Helm charts only.", "decision"),
        ("I prefer small functions with plain names.", "preference"),
        ("Please never use emojis in commits.", "preference"),
        ("Always run the linter before a commit.", "convention"),
        ("From now on tests live beside the code.", "convention"),
        ("Our convention is snake case for columns.", "convention"),
        ("We tried Redis, but it lost sessions.", "dead_end"),
        ("The root cause was a missing index on orders.", "bug_fix"),
        ("Remember that the staging host is called heron.", "conversation"),
    ],
)
def test_a_statement_is_found_with_its_kind(text: str, kind: str) -> None:
    (found,) = explicit_statements(text)

    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Should we use PostgreSQL?",
        "Did we decide to use PostgreSQL?",
        "What is the architecture of this project?",
        "Explain the decision about caching.",
        "We decided.",
        "We decided to " + "x" * MAX_CHARACTERS,
        "```\n# We decided to use tabs here\n```",
        "~~~python\n# Always run the linter twice\n~~~",
        "```\n# We decided to leave this open",
    ],
)
def test_what_states_nothing_is_left_alone(text: str) -> None:
    assert explicit_statements(text) == []


def test_each_statement_is_found_once_and_in_order() -> None:
    text = (
        "We decided to use Helm here. It works fine.\n- Always pin the chart versions.\n\n"
        "we decided to use Helm here."
    )

    assert [found.text for found in explicit_statements(text)] == [
        "We decided to use Helm here.",
        "Always pin the chart versions.",
    ]


def test_remember_that_is_not_part_of_the_statement() -> None:
    (found,) = explicit_statements("please remember that we always squash merges")

    assert found.text == "We always squash merges"


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    for found in explicit_statements(text):
        assert found.text.strip()


@pytest.mark.parametrize("unit", ["```a\n", "we tried ", "We decided. ", "~~~\n```\n", "remember "])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    text = unit * (400_000 // len(unit))

    began = time.perf_counter()
    explicit_statements(text)

    assert time.perf_counter() - began < 2.0
