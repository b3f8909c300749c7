"""What stands on the card: short, with ages, each memory once."""

from featherchat.recall.card import (
    BEGIN,
    CARD_TOKENS,
    END,
    CardLine,
    Label,
    card_line,
    card_text,
    fitting,
    without_card,
)
from featherchat.recall.context import estimate_tokens
from tests.recall.recollections import a_recollection

DAY = 86_400.0


def test_the_card_is_short_and_the_first_lines_stay() -> None:
    rule = a_recollection("Never touch the migrations.", kind="convention", pinned=True).memory
    lines = [CardLine(Label.PINNED, rule)]
    lines += [
        CardLine(
            Label.DECISION, a_recollection(f"{n}", title=f"Decision number {n} " + "x" * 60).memory
        )
        for n in range(50)
    ]

    card = card_text(fitting(lines, DAY), DAY)

    assert "Never touch the migrations." in card
    assert "Decision number 0" in card
    assert "Decision number 49" not in card
    assert estimate_tokens(card) <= CARD_TOKENS


def test_an_empty_project_has_no_card() -> None:
    assert card_text(fitting([], DAY), DAY) == ""


def test_a_line_says_how_it_stands_and_how_old_it_is() -> None:
    decided = a_recollection("x", title="Use SQLite", attributes={"adr_status": "accepted"}).memory

    line = card_line(CardLine(Label.DECISION, decided), 11 * DAY)

    assert line.endswith("(accepted 1970-01-02, 10d ago): Use SQLite")


def test_a_dead_end_is_told_with_what_it_failed_of() -> None:
    tried = a_recollection(
        "Beat for exports\n\nIt failed because: it fired twice.",
        title="Beat for exports",
        kind="dead_end",
        attributes={"because": "it fired twice."},
    ).memory

    assert CardLine(Label.DEAD_END, tried).words == "Beat for exports: it fired twice."


def test_links_are_told_by_their_words() -> None:
    about = a_recollection("Runs [nodes](https://example.org/a) of a [net](b).").memory

    assert CardLine(Label.ABOUT, about).words == "Runs nodes of a net."


def test_the_badges_and_links_above_the_first_words_are_left_out() -> None:
    about = a_recollection(
        "![CI](https://ci.example)\n\n[Docs](https://a.example) • [Site](https://b.example)\n"
        "---\nFeather keeps [notes](n.md)\nof birds."
    ).memory

    assert CardLine(Label.ABOUT, about).words == "Feather keeps notes of birds."


def test_a_file_is_read_without_its_section() -> None:
    text = f"one\n{BEGIN}\nDecided\n{END}\nfive\n"

    assert without_card(text).splitlines() == ["one", "", "", "", "five"]


def test_a_long_text_is_told_by_its_first_words() -> None:
    about = a_recollection("word " * 100, kind="overview").memory

    assert CardLine(Label.ABOUT, about).words == "word " * 45 + "…"
