"""A new status in an old text, and not one byte more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import Reference, parse, with_status
from featherchat.memory import AdrStatus

SUCCESSOR = Reference("ADR-0007", "0007-y.md")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\nstatus: proposed\n---\n# T\n", "---\nstatus: superseded by ADR-0007\n---\n# T\n"),
        ('---\nstatus: "proposed" # !\n---\n', '---\nstatus: "superseded by ADR-0007" # !\n---\n'),
        ("# T\n\nStatus: Accepted\n", "# T\n\nStatus: Superseded by [ADR-0007](0007-y.md)\n"),
        ("# T\n\n* Status: accepted\n", "# T\n\n* Status: superseded by [ADR-0007](0007-y.md)\n"),
        (
            "# T\n\n- **Status:** Accepted <!-- Proposed | Accepted -->\n",
            "# T\n\n- **Status:** Superseded by [ADR-0007](0007-y.md) <!-- Proposed | Accepted -->\n",
        ),
        (
            "# T\n\n| Status | Accepted |\n|--|--|\n",
            "# T\n\n| Status | Superseded by [ADR-0007](0007-y.md) |\n|--|--|\n",
        ),
        (
            "# T\r\n\r\n## Status\r\n\r\nACCEPTED\r\n\r\nAmends ADR-3",
            "# T\r\n\r\n## Status\r\n\r\nSUPERSEDED by [ADR-0007](0007-y.md)\r\n\r\nAmends ADR-3",
        ),
        (
            "\ufeff# T\n\n## Status\n\n✅ Accepted",
            "\ufeff# T\n\n## Status\n\nSuperseded by [ADR-0007](0007-y.md)",
        ),
        (
            "# T\n\nStatus: Superseded by [X](3-x.md)\n",
            "# T\n\nStatus: Superseded by [ADR-0007](0007-y.md)\n",
        ),
        ("# T\n\nStatus: claimed\n", "# T\n\nStatus: Superseded by [ADR-0007](0007-y.md)\n"),
        (
            "# T\n\nStatus: [proposed | accepted]\n",
            "# T\n\nStatus: superseded by [ADR-0007](0007-y.md)\n",
        ),
    ],
)
def test_only_the_status_changes(before: str, after: str) -> None:
    assert with_status(before, AdrStatus.SUPERSEDED, SUCCESSOR) == after


def test_every_place_that_states_a_status_changes() -> None:
    text = "---\nstatus: accepted\n---\n# T\n\n## Status\n\nAccepted, Implemented\n"

    assert with_status(text, AdrStatus.DEPRECATED) == (
        "---\nstatus: deprecated\n---\n# T\n\n## Status\n\nDeprecated\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# T\n\nText.\n", "# T\n\nStatus: Accepted\n\nText.\n"),
        ("# T\nText.\n", "# T\n\nStatus: Accepted\n\nText.\n"),
        ("# T\r\n\r\nText.", "# T\r\n\r\nStatus: Accepted\r\n\r\nText."),
        ("# T", "# T\n\nStatus: Accepted\n"),
        ("Text.\n", "Status: Accepted\n\nText.\n"),
        (
            "---\ndate: 2024-01-31\n---\n# T\n",
            "---\ndate: 2024-01-31\nstatus: accepted\n---\n# T\n",
        ),
    ],
)
def test_a_text_without_a_status_gets_a_line(before: str, after: str) -> None:
    assert with_status(before, AdrStatus.ACCEPTED) == after


FORMS = [
    "---\nstatus: {}\n---\n# T\n\n## Decision\n\nX.",
    "# T\n\nStatus: {}\nDate: 2024-01-31\n\n## Decision\n\nX.\n",
    "# T\n\n* Status: {}\n\n## Decision\n\nX.\n",
    "# T\r\n\r\n## Status\r\n\r\n{}\r\n\r\n## Decision\r\n\r\nX.\r\n",
    "| Status | {} |\n|--|--|\n\n## Decision\n\nX.",
]


@given(st.sampled_from(FORMS), st.permutations(list(AdrStatus)))
def test_changing_a_status_there_and_back_gives_the_same_text(
    form: str, statuses: list[AdrStatus]
) -> None:
    text = form.format(statuses[0].value)

    changed = with_status(text, statuses[1])

    assert parse(changed).status is statuses[1]
    assert with_status(changed, statuses[0]) == text
