"""``render`` and ``parse`` are inverses."""

import dataclasses

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from featherchat.decisions import (
    Decision,
    Link,
    Option,
    Reference,
    Section,
    Style,
    parse,
    render,
)
from featherchat.memory import AdrStatus
from tests.conftest import examples

words = st.lists(
    st.sampled_from(
        ["fast", "größer", "`a: b`", "C++", "[link](x.md)", "*no*", "語", "50 %", "x_y"]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
paragraph = st.one_of(
    words,
    words.map("- one\n- {}".format),
    words.map("```python\n## not a heading\n\n{}\n```".format),
    words.map("#### Positive\n\n{}".format),
    words.map("> {}\n> more".format),
    words.map("| a | b |\n|---|---|\n| {} | 2 |".format),
)
text = st.lists(paragraph, max_size=3).map("\n\n".join)
some_text = st.lists(paragraph, min_size=1, max_size=3).map("\n\n".join)
references = st.one_of(
    st.integers(1, 9999).map("ADR-{:04d}".format).map(Reference),
    st.integers(1, 9999).map(lambda n: Reference(f"{n}. Some title", f"{n:04d}-some-title.md")),
    st.just(Reference("20240131-use-x")),
    st.just(Reference("ADR-0007", "0007-x.md", partial=True)),
)
names = st.sampled_from(["Ann Lee", "Bob", "Doe, Jane", "ops (on call, EU)", "Zoë"])
option = st.builds(
    Option,
    name=words,
    description=words,
    pros=st.lists(some_text, max_size=2).map(tuple),
    cons=st.lists(some_text, max_size=2).map(tuple),
    reason=text,
)


def distinct(found: list[Reference]) -> tuple[Reference, ...]:
    return tuple({reference.number: reference for reference in found}.values())


@st.composite
def decisions(draw: st.DrawFn, style: Style) -> Decision:
    successors = draw(st.lists(references, max_size=2).map(distinct))
    options = draw(st.lists(option, max_size=3, unique_by=lambda o: o.name).map(tuple))
    outcome = draw(some_text)
    if options and draw(st.booleans()):
        chosen = dataclasses.replace(options[0], chosen=True, reason="")
        options = (chosen, *options[1:])
        outcome = draw(st.sampled_from([chosen.name, f"{chosen.name}\n\n{outcome}", outcome]))
    superseded = any(not reference.partial for reference in successors)
    stated = draw(st.sampled_from(list(AdrStatus)))
    return Decision(
        title=draw(st.one_of(words, st.sampled_from(["3. Rust first", "ADR: yes", "Context"]))),
        number=12,
        slug="x",
        status=AdrStatus.SUPERSEDED if superseded else stated,
        date=draw(st.none() | st.dates().map(lambda day: day.isoformat())),
        deciders=draw(st.lists(names, max_size=3).map(tuple)),
        consulted=draw(st.lists(names, max_size=1).map(tuple)),
        context=draw(text),
        drivers=draw(st.lists(some_text, max_size=3).map(tuple)),
        options=options,
        outcome=outcome,
        because=draw(text),
        consequences=draw(text),
        confirmation=draw(text),
        more_information=draw(text),
        supersedes=draw(st.lists(references, max_size=2).map(distinct)),
        superseded_by=successors,
        links=draw(
            st.sampled_from([(), (Link("Amended by", Reference("ADR-0003", "0003-y.md")),)])
        ),
        governs=draw(st.sampled_from([(), ("src/a b.py", "lib/**"), ("src/x.py",)])),
        symbols=draw(st.sampled_from([(), ("Engine.search",), ("open_db()", "a::b", "x")])),
        sections=draw(
            st.lists(st.builds(Section, st.just("Diagram"), some_text), max_size=1).map(tuple)
        ),
        featherchat_id=draw(st.sampled_from([None, "01HNABC"])),
        style=style,
    )


@pytest.mark.property
@settings(max_examples=examples(40, 300))
@given(decisions(Style.MADR))
def test_parsing_what_was_rendered_gives_the_same_madr_decision(decision: Decision) -> None:
    assert parse(render(decision), "0012-x.md") == decision


@pytest.mark.property
@settings(max_examples=examples(40, 300))
@given(decisions(Style.NYGARD))
def test_parsing_what_was_rendered_gives_the_same_nygard_decision(decision: Decision) -> None:
    assert parse(render(decision), "0012-x.md") == decision


LINES = [
    *("# ADR-0012: Title", "# 3. Foo", "## Status", "## Context", "## 1. Decision", "## Links"),
    *("## Decision Outcome", "### Consequences", "### Positive", "## Alternatives", "## Foo ##"),
    *("## Considered Options", "## Pros and Cons of the Options", "### Option A: x", "## Option B"),
    *("#### Pros", "Pros:", "- a", "* Good, because b", "* Bad, because ```", "```", "~~~"),
    *("  nested", "1. Local WAL: fast acks", "- **Bold.** text. Rejected: no", "**Bold** — x"),
    *("Status: Accepted", "- **Status:** Superseded by [ADR-5](0005-x.md)", "Superseded by ADR-9"),
    *(
        "Supersedes [1. X](0001-x.md) in part",
        "Amends [2. Y](0002-y.md)",
        "✅ Accepted",
        "Accepted",
    ),
    *(
        "Date: 2024-01-02",
        "Deciders: Ann, Bob (a, b); C",
        "Governs: `a b`, `c`",
        "Symbols: `a.b`",
        "---",
        "===",
    ),
    *("<!-- c -->", "<!--", "-->", "| Status | Accepted |", "|---|---|", "Because: y", "> quote"),
    *('Chosen option: "Option A", because it is', "Chosen option: X", "text.", "", "", "Setext"),
    *(
        "## Rationale",
        "2. Second (chosen)",
        "- [x] Rejected",
        "## Decision summary",
        "## References",
    ),
]


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=8), max_size=20).map("\n".join))
@example("```\n")
@example("## Option B\n### Consequences")
@example("### Option A: x\n* Bad, because ```")
@example("## Alternatives\n### Consequences\n- ~~~ y")
@example("# A\n# B\n<!--\n---")
@example("## Decision Drivers\n~~~ x\n\x0c\n# ADR-0012: Title")
@settings(deadline=None, derandomize=True, max_examples=300)
def test_any_text_is_rendered_without_loss(text: str) -> None:
    decision = parse(text, "0012-x.md")

    again = parse(render(decision), "0012-x.md")

    free = decision.style is Style.FREE  # written as MADR, the one thing that changes
    assert again == (dataclasses.replace(decision, style=Style.MADR) if free else decision)


def test_an_empty_decision_renders_the_skeleton_of_madr() -> None:
    assert render(Decision("Use SQLite", status=AdrStatus.PROPOSED, date="2024-01-31")) == (
        "---\nstatus: proposed\ndate: 2024-01-31\n---\n\n"
        "# Use SQLite\n\n## Context and Problem Statement\n\n## Decision Outcome\n"
    )


def test_a_choice_renders_the_line_of_madr() -> None:
    decision = Decision(
        "Use SQLite",
        options=(Option("SQLite", chosen=True),),
        outcome="SQLite",
        because="it is one file.",
    )

    assert '## Decision Outcome\n\nChosen option: "SQLite", because it is one file.\n' in render(
        decision
    )


def test_nygard_renders_what_adr_tools_writes() -> None:
    decision = Decision(
        "Use apsw",
        number=9,
        status=AdrStatus.ACCEPTED,
        date="2024-02-01",
        context="Old.",
        outcome="We will use apsw.",
        consequences="One more wheel.",
        supersedes=(Reference("4. Use sqlite3", "0004-use-sqlite3.md"),),
        style=Style.NYGARD,
    )

    assert render(decision) == (
        "# 9. Use apsw\n\nDate: 2024-02-01\n\n## Status\n\nAccepted\n\n"
        "Supersedes [4. Use sqlite3](0004-use-sqlite3.md)\n\n## Context\n\nOld.\n\n"
        "## Decision\n\nWe will use apsw.\n\n## Consequences\n\nOne more wheel.\n"
    )


def test_a_superseded_madr_decision_names_its_successor_in_the_status() -> None:
    decision = Decision("X", status=AdrStatus.SUPERSEDED, superseded_by=(Reference("ADR-0007"),))

    assert render(decision).startswith("---\nstatus: superseded by ADR-0007\n---\n")


def test_a_text_cannot_end_the_section_it_stands_in() -> None:
    decision = Decision("X", context="# Not a title\n\n```\nnever closed", outcome="Yes.")

    again = parse(render(decision))

    assert (again.context, again.outcome) == ("#### Not a title\n\n```\nnever closed\n```", "Yes.")
