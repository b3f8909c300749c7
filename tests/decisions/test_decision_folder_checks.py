"""Records are checked beside each other, and each problem has its file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import Problem, RecordFile, check, linked, superseding


def record(name: str, status: str = "Accepted", number: int | None = None) -> RecordFile:
    number = int(name[:4]) if number is None else number
    return RecordFile(
        f"doc/adr/{name}.md",
        f"# {number}. {name[5:]}\n\n## Status\n\n{status}\n\n## Context\n\nC.\n\n## Decision\n\nX.\n",
    )


def told(*records: RecordFile, files: list[str] | None = None) -> list[str]:
    return [str(problem) for problem in check(records, files)]


def test_sound_records_have_no_problems() -> None:
    new, old = superseding(record("0003-c"), record("0001-a"))
    new, other = linked(new, "Amends", record("0002-b"))

    assert told(old, other, new) == []


def test_a_number_that_two_have_is_told_at_both() -> None:
    assert told(record("0001-a"), record("0001-b"), record("0002-c")) == [
        "doc/adr/0001-a.md:1: The number 1 is also that of 0001-b.md.",
        "doc/adr/0001-b.md:1: The number 1 is also that of 0001-a.md.",
    ]


def test_folders_count_by_themselves() -> None:
    other = RecordFile("web/adr/0001-a.md", record("0001-a").text)

    assert told(record("0001-a"), other) == []


def test_a_heading_with_another_number_than_the_file_is_told() -> None:
    assert told(record("0007-a", number=4)) == [
        "doc/adr/0007-a.md:1: The heading says 4, but the file's name 7."
    ]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("Accepted\n\nSee [y](0009-y.md#why).", "There is no 0009-y.md."),
        ("Superseded by ADR-9", "There is no record ADR-9 in this folder."),
        ("Accepted\n\nAmends ADR-0009", "There is no record ADR-0009 in this folder."),
    ],
)
def test_a_link_to_nothing_is_told(status: str, text: str) -> None:
    line = 5 if status.startswith("Superseded") else 7

    assert told(record("0001-a", status)) == [f"doc/adr/0001-a.md:{line}: {text}"]


def test_links_to_other_files_are_proven_where_the_files_are_known() -> None:
    page = record("0001-a", "Accepted\n\n[a](../../src/x.py) [b](/docs) [c](img.png) [d](#x)")

    assert told(page) == []
    assert told(page, files=["src/x.py", "docs/guide.md"]) == [
        "doc/adr/0001-a.md:7: There is no img.png."
    ]


def test_addresses_and_code_are_no_links() -> None:
    said = (
        "Accepted\n\n<https://x.io> [a](https://x.io/y.md) [m](mailto:a@b.c)\n\n```\n[a](z.md)\n```"
    )

    assert told(record("0001-a", said), files=[]) == []


def test_one_sided_links_are_told_where_the_answer_is_missing() -> None:
    new, old = superseding(record("0003-c"), record("0001-a"))
    amending, amended = linked(record("0004-d"), "Amends", record("0002-b"))

    assert told(new, record("0001-a"), amending, record("0002-b")) == [
        "doc/adr/0001-a.md:5: 0003-c.md:7 says that it supersedes this record, which does not say so.",
        'doc/adr/0002-b.md:5: 0004-d.md:7 says "Amends" of this record, which does not say so.',
    ]
    assert told(record("0003-c"), old, record("0004-d"), amended) == [
        "doc/adr/0003-c.md:5: 0001-a.md:5 says that it is superseded by this record, which does not say so.",
        'doc/adr/0004-d.md:5: 0002-b.md:7 says "Amended by" of this record, which does not say so.',
    ]


def test_a_circle_of_supersessions_is_told_once() -> None:
    first, second = superseding(record("0002-b"), record("0001-a"))
    third, first = superseding(record("0003-c"), first)
    second, third = superseding(second, third)

    assert told(first, second, third) == [
        "doc/adr/0001-a.md:5: These supersede each other in a circle: "
        "0001-a.md → 0003-c.md → 0002-b.md → 0001-a.md."
    ]


def test_a_record_that_supersedes_itself_is_told() -> None:
    assert told(record("0016-self", "Superseded by [16](0016-self.md)")) == [
        "doc/adr/0016-self.md:5: It supersedes itself."
    ]


def test_a_long_chain_is_no_circle() -> None:
    records = [record(f"{number:04d}-x") for number in range(1, 200)]
    for older in range(len(records) - 1):
        records[older + 1], records[older] = superseding(records[older + 1], records[older])

    assert told(*records) == []


HARMED = {
    "none": ("", "doc/adr/0001-a.md:1: No status is stated."),
    "unknown": ("Perhaps", "doc/adr/0001-a.md:5: The status is not a known one: Perhaps"),
    "conflict": (
        "<<<<<<< HEAD\nAccepted\n=======\nRejected\n>>>>>>> other",
        "doc/adr/0001-a.md:5: A merge conflict was left behind.",
    ),
}


@pytest.mark.parametrize("name", ["none", "unknown", "conflict"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_wrong_with_one_does_not_hide_the_others(name: str, end: str) -> None:
    status, expected = HARMED[name]
    harmed = record("0001-a", status)

    found = told(RecordFile(harmed.path, harmed.text.replace("\n", end)), record("0001-b"))

    assert expected in found
    assert "doc/adr/0001-b.md:1: The number 1 is also that of 0001-a.md." in found


@given(
    st.permutations(
        [
            record(f"000{n}-x", status)
            for n, status in enumerate(
                ("Accepted", "Superseded by ADR-0003", "Supersedes ADR-1", "Amends ADR-2", "Gone"),
                1,
            )
        ]
    )
)
def test_the_order_of_the_records_does_not_matter(records: list[RecordFile]) -> None:
    assert check(records) == check(records[::-1])


def test_a_problem_says_file_line_and_text() -> None:
    assert str(Problem(3, "No title.", "doc/adr/0001-a.md")) == "doc/adr/0001-a.md:3: No title."
