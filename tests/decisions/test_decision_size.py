"""However large or odd a record is, reading it takes time in proportion."""

import time

import pytest

from featherchat.decisions import RecordFile, check, parse

PLAUSIBLE = {
    "prose": "We weighed it, and it is good. ",
    "paragraphs": "We weighed it, and it is good.\n\n",
    "links": "See [a](0001-a.md).\n",
    "table": "| a | b |\n",
    "quotes": "> said\n",
}
HOSTILE = {
    **PLAUSIBLE,
    "list": "* Good, because it is fast\n",
    "brackets": "[",
    "link starts": "[a](",
    "stars": "*",
    "bold": "**a",
    "headings": "## Status\n\nAccepted\n\n",
    "underlines": "a\n===\n",
    "comments": "<!-- a",
    "fences": "```\n",
    "spaces": " ",
    "tabs and hashes": "# #\t",
    "superseded": "Superseded by ",
    "numbers": "ADR-1, ",
    "fields": "Status: a\n",
    "items": "> - 1. x\n",
    "nested": "- - - ",
    "options": "### Option A: x\n",
    "rejected": "Rejected: because ",
    "dashes": "a-",
}
SECTIONS = ("Status", "Context", "Considered Options", "Alternatives", "Decision", "Links")


def text_of(piece: str, size: int, section: str) -> str:
    body = piece * (size // len(piece))
    return f"# 1. A\n\nStatus: Accepted\n\n## {section}\n\n{body}\n\n## Decision\n\nX.\n"


def seconds(text: str) -> float:
    begun = time.process_time()

    assert parse(text, "doc/adr/0001-a.md").title == "A"

    return time.process_time() - begun


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_a_megabyte_is_read_in_a_second(name: str) -> None:
    assert seconds(text_of(PLAUSIBLE[name], 1_000_000, "Context")) < 1.0


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_makes_reading_slow(name: str) -> None:
    texts = [text_of(HOSTILE[name], 10_000, section) for section in SECTIONS]

    # 0.1 s when each step goes over the text once; a step for each character takes several.
    assert sum(map(seconds, texts)) < 0.8


@pytest.mark.parametrize("name", ["brackets", "link starts", "links", "spaces", "dashes"])
def test_no_text_makes_checking_slow(name: str) -> None:
    record = RecordFile("doc/adr/0001-a.md", text_of(HOSTILE[name], 20_000, "Status"))
    begun = time.process_time()

    check([record], files=["doc/adr/0001-a.md"])

    assert time.process_time() - begun < 0.8
