"""What ``parse`` reads from the forms that people write decisions in."""

import dataclasses
import time

import pytest

from featherchat.decisions import Decision, Link, Reference, Section, Style, parse
from featherchat.memory import AdrStatus

MADR = """\
---
status: "accepted"
date: 2024-01-31
decision-makers: [Ann Lee, Bob]
consulted:
  - Carol
governs:
  - src/store/*.py
featherchat-id: 01HN
---
# Use SQLite for the store

## Context and Problem Statement

Memories must outlive a crash.

## Decision Drivers

* One file
* No server

## Considered Options

* SQLite
* Postgres

## Decision Outcome

Chosen option: "SQLite", because it is one file.

### Consequences

* Good, because a copy is a backup.

### Confirmation

A test kills the process.

## Pros and Cons of the Options

### Postgres

A server of its own.

* Good, because many writers are fine.
* Bad, because somebody has to run it.

## More Information

See the benchmark.

### Links

* Refines [ADR-0003](0003-one-file.md)
"""

NYGARD = """\
# 9. Use apsw

Date: 2024-02-01

## Status

Accepted

Supersedes [4. Use sqlite3](0004-use-sqlite3.md)

Amends [2. One thread](0002-one-thread.md)

## Context

The bundled SQLite is old.

## Decision

We will use apsw.

## Consequences

One more wheel.
"""


def test_madr_fills_every_field() -> None:
    decision = parse(MADR, "docs/decisions/0005-use-sqlite.md")

    assert decision.title == "Use SQLite for the store"
    assert (decision.number, decision.slug, decision.style) == (5, "use-sqlite", Style.MADR)
    assert (decision.status, decision.date) == (AdrStatus.ACCEPTED, "2024-01-31")
    assert (decision.deciders, decision.consulted) == (("Ann Lee", "Bob"), ("Carol",))
    assert decision.context == "Memories must outlive a crash."
    assert decision.drivers == ("One file", "No server")
    assert (decision.outcome, decision.because) == ("SQLite", "it is one file.")
    assert decision.consequences == "* Good, because a copy is a backup."
    assert decision.confirmation == "A test kills the process."
    assert decision.more_information == "See the benchmark."
    assert decision.links == (Link("Refines", Reference("ADR-0003", "0003-one-file.md")),)
    assert (decision.governs, decision.featherchat_id) == (("src/store/*.py",), "01HN")


def test_madr_options_carry_what_speaks_for_and_against_them() -> None:
    sqlite, postgres = parse(MADR).options

    assert (sqlite.name, sqlite.chosen) == ("SQLite", True)
    assert (postgres.name, postgres.chosen) == ("Postgres", False)
    assert postgres.description == "A server of its own."
    assert postgres.pros == ("many writers are fine.",)
    assert postgres.cons == ("somebody has to run it.",)
    assert postgres.why_not == "somebody has to run it."


def test_an_accepted_decision_rejects_what_it_did_not_choose() -> None:
    accepted = parse(MADR)

    assert [option.name for option in accepted.rejected] == ["Postgres"]
    assert dataclasses.replace(accepted, status=AdrStatus.PROPOSED).rejected == ()


def test_nygard_links_stand_under_the_status() -> None:
    decision = parse(NYGARD, "doc/adr/0009-use-apsw.md")

    assert (decision.title, decision.number, decision.style) == ("Use apsw", 9, Style.NYGARD)
    assert decision.status is AdrStatus.ACCEPTED
    assert decision.supersedes == (Reference("4. Use sqlite3", "0004-use-sqlite3.md"),)
    assert decision.supersedes[0].number == 4
    assert decision.links == (Link("Amends", Reference("2. One thread", "0002-one-thread.md")),)
    assert decision.outcome == "We will use apsw."


@pytest.mark.parametrize(
    ("heading", "title", "number"),
    [
        ("# ADR 012: Title", "Title", 12),
        ("# ADR-0012 — Title", "Title", 12),
        ("# 12. Title", "Title", 12),
        ("# Decision record: title", "title", None),
        ("# Decision making in teams", "Decision making in teams", None),
        ("# 3 reasons for SQLite", "3 reasons for SQLite", None),
        ("Title\n=====", "Title", None),
        ("# Title ##", "Title", None),
        ("# C#", "C#", None),
    ],
)
def test_a_heading_is_read_without_its_number(heading: str, title: str, number: int | None) -> None:
    decision = parse(f"{heading}\n\n## Decision\n\nYes.\n")

    assert (decision.title, decision.number) == (title, number)


def test_a_bare_number_in_a_heading_goes_if_it_is_the_number_of_the_file() -> None:
    assert parse("# 29 Kubernetes audit\n", "029-kubernetes.md").title == "Kubernetes audit"
    assert parse("# 29 Kubernetes audit\n", "030-root-user.md").title == "29 Kubernetes audit"


def test_a_dated_name_gives_the_date_and_no_number() -> None:
    decision = parse("# Use X\n\n## Decision\n\nX.\n", "20240131-use-x.md")

    assert (decision.date, decision.number, decision.slug) == ("2024-01-31", None, "use-x")


@pytest.mark.parametrize(
    ("status", "date"),
    [
        ("Accepted; amended by ADR-20 (2026-06-13)", None),
        ("Superseded by ADR-3 on 2024-05-06", None),
        ("Accepted 2024-01-31, superseded 2024-05-06", "2024-01-31"),
    ],
)
def test_the_date_of_what_came_later_is_not_that_of_the_decision(
    status: str, date: str | None
) -> None:
    decision = parse(f"# T\n\n- Status: {status}\n\n## Decision\n\nX.\n")

    assert decision.date == date


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2024-01-31", "2024-01-31"),
        ("2024/1/5", "2024-01-05"),
        ("March 21st, 2022", "2022-03-21"),
        ("21 March 2022", "2022-03-21"),
        ("31/01/2024", "2024-01-31"),
        ("05/02/2018", None),
        ("2024-02-31", None),
        ("YYYY-MM-DD", None),
    ],
)
def test_a_date_becomes_iso_if_it_can_only_mean_one_day(written: str, date: str | None) -> None:
    assert parse(f"# T\n\nDate: {written}\n\n## Decision\n\nX.\n").date == date


def test_headings_inside_a_code_block_are_text() -> None:
    text = "# T\n\n## Context\n\n```\n## Decision\nNo.\n```\n\n## Decision\n\nYes.\n"

    decision = parse(text)

    assert decision.context == "```\n## Decision\nNo.\n```"
    assert decision.outcome == "Yes."


def test_headings_inside_a_section_are_pushed_below_the_sections() -> None:
    text = "# T\n\n## Consequences\n\n### Positive\n\n#### First\n\nFast.\n\n## Decision\n\nYes.\n"

    assert parse(text).consequences == "#### Positive\n\n##### First\n\nFast."


def test_comments_are_no_text() -> None:
    text = "# T\n\n## Context <!-- why -->\n\n<!--\n## Decision\n-->\nSlow.\n"

    decision = parse(text)

    assert (decision.context, decision.outcome) == ("Slow.", "")


def test_a_section_without_a_field_is_kept() -> None:
    text = "# T\n\n## Decision\n\nYes.\n\n## Changelog\n\n- 2024: first draft\n"

    assert parse(text).sections == (Section("Changelog", "- 2024: first draft"),)


def test_several_numbered_decisions_are_one_outcome() -> None:
    text = (
        "# T\n\n## Context\n\nC.\n\n## Decision 1: ship\n\nNow.\n\n## Decision 2: test\n\nThen.\n"
    )

    assert parse(text).outcome == (
        "#### Decision 1: ship\n\nNow.\n\n#### Decision 2: test\n\nThen."
    )


def test_a_proposal_stands_in_for_a_missing_decision() -> None:
    assert parse("# T\n\n## Context\n\nSlow.\n\n## Proposal\n\nCache it.\n").outcome == "Cache it."


def test_free_text_gives_title_and_first_paragraph() -> None:
    decision = parse("We cache answers.\n\nThey were slow.\n", "notes/cache-answers.md")

    assert decision.title == "Cache answers"
    assert (decision.outcome, decision.context) == ("We cache answers.", "They were slow.")
    assert decision.style is Style.FREE


@pytest.mark.parametrize("text", ["", "---", "```", "#", "\ufeff", "| |", "---\na: [\n---\n", "\0"])
def test_any_text_is_a_decision_with_a_title(text: str) -> None:
    assert parse(text) == Decision(
        "Untitled decision", outcome=parse(text).outcome, style=Style.FREE
    )


def test_a_reason_is_found_in_its_own_section_or_paragraph() -> None:
    section = parse("# T\n\n## Decision\n\nX.\n\n## Rationale\n\nIt is fast.\n")
    paragraph = parse("# T\n\n## Decision\n\nX.\n\n**Because:** it is fast.\n")

    assert (section.outcome, section.because) == ("X.", "It is fast.")
    assert (paragraph.outcome, paragraph.because) == ("X.", "it is fast.")


def test_fields_are_read_from_lines_bullets_and_tables() -> None:
    line = parse("# T\n\nDate: 2024-01-31\nDeciders: Ann, Bob\n\n## Decision\n\nX.\n")
    bullet = parse("# T\n\n* Deciders: Ann, Bob\n* **Date:** 2024-01-31\n\n## Decision\n\nX.\n")
    table = parse(
        "# T\n\n| Date | Deciders |\n|--|--|\n| 2024-01-31 | Ann, Bob |\n\n## Decision\n\nX.\n"
    )

    assert line.date == bullet.date == table.date == "2024-01-31"
    assert line.deciders == bullet.deciders == table.deciders == ("Ann", "Bob")


def test_placeholders_are_no_names() -> None:
    assert parse("# T\n\n- **Deciders:** <maintainers>\n\n## Decision\n\nX.\n").deciders == ()


def test_front_matter_that_is_not_yaml_is_read_line_by_line() -> None:
    decision = parse("---\nstatus: accepted\ndeciders: @ann, @bob\n---\n# T\n\n## Decision\n\nX.\n")

    assert (decision.status, decision.deciders) == (AdrStatus.ACCEPTED, ("@ann", "@bob"))


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<!---->",
        "`<!--",
        "[",
        "# a\n",
        "- a\n",
        "```\n",
        "superseded by ",
        "a # ",
        "(,",
        " \n",
    ],
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "# T\n\n## Status\n\nAccepted\n\n## Decision\n\n" + piece * (size // len(piece))
        start = time.process_time()
        parse(text)
        return time.process_time() - start

    seconds(1_000)

    # Eight times the text; a quadratic reader would take 64 times as long.
    assert seconds(160_000) < 30 * max(seconds(20_000), 0.002)


def test_a_record_may_say_outright_what_it_supersedes() -> None:
    said = "This ADR in part supersedes [0003](0003-x.md).\n\nThat decision supersedes ADR-9."

    decision = parse(f"# 33. Ranges\n\n## Status\n\nPending\n\n## Context\n\n{said}\n")

    assert decision.supersedes == (Reference("0003", "0003-x.md", partial=True),)
