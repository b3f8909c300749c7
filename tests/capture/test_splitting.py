import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.capture.splitting import TRAIL, shortened, split

LONG = " ".join(f"word{number}" for number in range(50))

lines = st.sampled_from(
    [
        "# Top",
        "## Below",
        "one two three four five",
        "- an item of a list",
        "",
        "```",
        "code = 1",
        LONG,
    ]
)


def test_a_piece_has_the_headings_above_it_and_its_line() -> None:
    text = "# Guide\n\n## Setup\n\nRun the installer and wait.\n\n### Linux\n\nUse your own packages first.\n"

    pieces = split(text, 120)

    assert [(piece.heading, piece.line) for piece in pieces] == [
        (f"Guide{TRAIL}Setup", 5),
        (f"Guide{TRAIL}Setup{TRAIL}Linux", 9),
    ]


def test_paragraphs_of_a_section_stay_together_as_long_as_they_fit() -> None:
    text = "# A\n\none two three four\n\nfive six seven eight\n\nnine ten eleven twelve\n"

    pieces = split(text, limit_words=8)

    assert [piece.text for piece in pieces] == [
        "one two three four\n\nfive six seven eight",
        "nine ten eleven twelve",
    ]
    assert [piece.slot for piece in pieces] == ["A#0", "A#1"]


def test_underlined_headings_count_and_rules_do_not() -> None:
    text = (
        "Title\n=====\n\nSome words of the top.\n\n---\n\nPart\n----\n\nSome words of the part.\n"
    )

    assert [piece.heading for piece in split(text, 120)] == ["Title", f"Title{TRAIL}Part"]


def test_a_fenced_block_is_never_taken_for_headings() -> None:
    text = "# Use\n\n```sh\n# not a heading\nmake all install clean\n```\n\nAfter it come words.\n"

    (piece,) = split(text, 120)

    assert piece.heading == "Use"
    assert "# not a heading" in piece.text


def test_front_matter_comments_and_badges_say_nothing() -> None:
    text = (
        "---\ntitle: x\n---\n<!-- a comment\nof two lines -->\n"
        "[![build](badge.svg)](ci)\n\nThis is what it says.\n"
    )

    (piece,) = split(text, 120)

    assert piece.text == "This is what it says."
    assert piece.line == 8


def test_a_single_word_says_nothing_alone() -> None:
    assert split("# A\n\nnone\n\n# B\n\nUse tabs.\n", 120) == split("\n\n\n\n# B\n\nUse tabs.", 120)
    assert shortened("none", 120) == ["none"]


@given(st.lists(lines, max_size=30).map("\n".join), st.integers(5, 40))
def test_no_piece_is_too_long_and_no_slot_is_used_twice(text: str, limit: int) -> None:
    pieces = split(text, limit)

    assert all(0 < len(piece.text.split()) <= limit for piece in pieces)
    assert len({piece.slot for piece in pieces}) == len(pieces)
    assert [piece.line for piece in pieces] == sorted(piece.line for piece in pieces)


@given(
    st.lists(lines.filter(lambda line: not line.startswith(("`", "#"))), max_size=30).map("\n".join)
)
def test_cutting_a_piece_again_changes_nothing(text: str) -> None:
    for piece in split(text, 20):
        assert shortened(piece.text, 20) == [piece.text]


@given(st.text(), st.integers(1, 200))
def test_no_text_is_too_strange(text: str, limit: int) -> None:
    assert all(part.strip() for part in shortened(text, limit))


@pytest.mark.parametrize("limit", [7, 10, 25, 120])
def test_no_word_of_a_long_paragraph_is_lost(limit: int) -> None:
    joined = " ".join(piece.text for piece in split(LONG, limit))

    assert joined.split() == LONG.split()
