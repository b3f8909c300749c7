"""How options are listed, and how their reasons are told."""

import pytest

from featherchat.decisions import Option, parse


def options(section: str, decision: str = "D.") -> tuple[Option, ...]:
    return parse(f"# T\n\n{section}\n\n## Decision\n\n{decision}\n").options


def test_numbered_alternatives_carry_their_reasons_inline() -> None:
    found = options(
        "## Alternatives\n\n1. Local WAL: fast acks, but violates\n   the invariant.\n2. No WAL: simple.",
        decision="Option 2. We go without.",
    )

    assert found == (
        Option("Local WAL", reason="fast acks, but violates\nthe invariant."),
        Option("No WAL", description="simple.", chosen=True),
    )


@pytest.mark.parametrize(
    "item",
    [
        "- **A log.** It is durable. Rejected: it needs a server.",
        "- **A log** — It is durable. Rejected because it needs a server.",
        "- A log: It is durable. **Rejected** — it needs a server.",
        "- A log. It is durable. Rejected: it needs a server.",
        "### A log\n\nIt is durable.\n\nRejected because it needs a server.",
        "### 1. A log\n\nIt is durable.\n\n* Rejected, because it needs a server.",
        "**A log.** It is durable. Rejected: it needs a server.",
    ],
)
def test_a_stated_reason_is_told_from_the_description(item: str) -> None:
    assert options(f"## Alternatives considered\n\n{item}") == (
        Option("A log", description="It is durable.", reason="it needs a server."),
    )


def test_what_is_said_of_a_rejected_alternative_is_the_reason() -> None:
    assert options("## Rejected alternatives\n\n- A log: too slow.") == (
        Option("A log", reason="too slow."),
    )


def test_what_is_said_of_a_considered_option_is_its_description() -> None:
    assert options("## Considered Options\n\n- A log: durable.") == (
        Option("A log", description="durable."),
    )


def test_options_under_headings_of_their_own_are_found() -> None:
    found = options(
        "## Option A: a log\n\nPros\n\n- durable\n\nCons\n\n- slow\n\n## Option B: a file"
    )

    assert found == (
        Option("Option A: a log", pros=("durable",), cons=("slow",)),
        Option("Option B: a file"),
    )


def test_labels_inside_a_list_hold_pros_and_cons() -> None:
    found = options("## Options\n\n### A log\n\n- Pros:\n  - durable\n- Cons:\n  - slow\n  - big")

    assert found == (Option("A log", pros=("durable",), cons=("slow", "big")),)


@pytest.mark.parametrize(
    "mark", ["(chosen)", "(selected)", "**(chosen)**", "[selected sub-decision]"]
)
def test_a_marked_option_is_chosen(mark: str) -> None:
    assert [o.chosen for o in options(f"## Options\n\n* A log {mark}\n* A file")] == [True, False]


@pytest.mark.parametrize(
    "decision",
    [
        'Chosen option: "A file", because it is one.',
        'Chosen option: "[A file](#a-file)", because it is one.',
        "**Chosen option:** A file, because it is one.",
        "Option 2. It is one.",
        "We chose option 2, as it is one.",
    ],
)
def test_the_decision_names_the_chosen_option(decision: str) -> None:
    found = options("## Considered Options\n\n* A log\n* A file", decision)

    assert [option.name for option in found if option.chosen] == ["A file"]


def test_the_list_and_the_sections_of_one_option_are_one() -> None:
    text = (
        "## Considered Options\n\n* A log\n\n## Pros and Cons of the Options\n\n### A log\n\nOld."
    )

    assert options(text) == (Option("A log", description="Old."),)


def test_what_a_list_of_options_says_beside_them_is_kept() -> None:
    text = (
        "# T\n\n## Options\n\nWe looked at:\n\n* A log\n\nNone is perfect.\n\n## Decision\n\nD.\n"
    )

    assert [s.text for s in parse(text).sections] == ["None is perfect."]


def test_prose_about_alternatives_is_kept_as_a_section() -> None:
    text = "# T\n\n## Alternative approaches\n\nKeep both.\n\n## Decision\n\nD.\n"

    assert parse(text).options == ()
    assert [(s.title, s.text) for s in parse(text).sections] == [
        ("Alternative approaches", "Keep both.")
    ]


def test_several_lists_of_alternatives_under_one_heading_are_all_read() -> None:
    text = "## Alternatives\n\n### D1 alternatives\n\n- A log: slow.\n\n### D2 alternatives\n\n- A file: big."

    assert [(o.name, o.why_not) for o in options(text)] == [("A log", "slow."), ("A file", "big.")]
