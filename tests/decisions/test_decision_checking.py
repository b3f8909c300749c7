"""Which files are decisions, and what is odd about them."""

import pytest

from featherchat.decisions import Problem, is_record, problems

RECORD = "# 1. Use X\n\nStatus: Accepted\n\n## Context\n\nC.\n\n## Decision\n\nX.\n"
TEMPLATE = "# ADR-XXXX: <title>\n\nStatus: Proposed | Accepted\n\n## Context\n\n## Decision\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/adr/0001-use-x.md", RECORD),
        ("notes/why-x.md", RECORD),
        ("docs/adr/0002-short.md", "# Short\n\nWe use X.\n"),
        ("docs/decisions/20240131-use-x.md", "# Use X\n\n## Proposal\n\nX.\n"),
    ],
)
def test_a_decision_is_a_record(path: str, text: str) -> None:
    assert is_record(path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/adr/README.md", RECORD),
        ("docs/adr/index.md", RECORD),
        ("docs/adr/template.md", TEMPLATE),
        ("docs/adr/adr-template.md", RECORD),
        ("docs/adr/0000-use-template.md", TEMPLATE),
        ("docs/adr/0001-use-x.txt", RECORD),
        ("docs/guide.md", "# Guide\n\n## Installation\n\nRun it.\n"),
        ("docs/adr/notes.md", "# Notes\n\nSome.\n"),
        ("CHANGELOG.md", "# Changelog\n\n## 1.0\n"),
        ("docs/adr/0003-empty.md", ""),
    ],
)
def test_other_files_are_no_records(path: str, text: str) -> None:
    assert not is_record(path, text)


def test_a_sound_record_has_no_problems() -> None:
    assert problems(RECORD) == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# T\n\n## Decision\n\nX.\n", Problem(1, "No status is stated.")),
        (
            "# T\n\nStatus: claimed\n\n## Decision\n\nX.\n",
            Problem(3, "The status is not a known one: claimed"),
        ),
        (
            "# T\n\nStatus: proposed | accepted\n\n## Decision\n\nX.\n",
            Problem(3, "The status offers a choice, as a template does: proposed | accepted"),
        ),
        (
            "# T\n\nStatus: accepted\n\n## Status\n\nRejected\n\n## Decision\n\nX.\n",
            Problem(7, "Several statuses are stated: accepted (line 3), rejected (line 7)."),
        ),
        (
            "# T\n\nStatus: superseded\n\n## Decision\n\nX.\n",
            Problem(3, "It is superseded, but does not say by what."),
        ),
        ("Status: accepted\n\n## Decision\n\nX.\n", Problem(1, "There is no title.")),
        ("# T\n\nStatus: accepted\n", Problem(1, "No section says what was decided.")),
        (
            "# T\n\nStatus: accepted\n\n## Decision\n\n```\nX.\n",
            Problem(7, "A code block is never closed."),
        ),
        (
            "# T\n\nStatus: accepted\n\n## Decision\n\n<<<<<<< HEAD\nX.\n",
            Problem(7, "A merge conflict was left behind."),
        ),
    ],
)
def test_what_is_odd_is_named_with_its_line(text: str, problem: Problem) -> None:
    assert problems(text) == (problem,)


def test_a_conflict_shown_as_code_is_no_conflict() -> None:
    assert problems(RECORD + "\n```\n<<<<<<< HEAD\n```\n") == ()
