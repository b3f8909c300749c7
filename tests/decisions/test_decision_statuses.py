"""Every way to state a status and a supersession that was seen in public repositories."""

import pytest

from featherchat.decisions import Reference, parse
from featherchat.memory import AdrStatus

FORMS = {
    "front matter": "---\nstatus: {}\n---\n# T\n",
    "quoted front matter": '---\nstatus: "{}"\n---\n# T\n',
    "line": "# T\n\nStatus: {}\n",
    "bold line": "# T\n\n**Status:** {}  \n",
    "bullet": "# T\n\n* Status: {}\n* Date: 2024-01-31\n",
    "bold bullet": "# T\n\n- **Status**: {} <!-- Proposed | Accepted -->\n",
    "section": "# T\n\n## Status\n\n{}\n",
    "table": "# T\n\n| Status | {} |\n|---|---|\n",
    "table with a head": "# T\n\n| Status | Date |\n|---|---|\n| {} | 2024-01-31 |\n",
}
REST = "\n## Context\n\nC.\n\n## Decision\n\nD.\n"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_status_is_read_from_every_form(form: str) -> None:
    assert parse(form.format("Rejected") + REST).status is AdrStatus.REJECTED


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("ACCEPTED Not Implemented", AdrStatus.ACCEPTED),
        ("Accepted (2023-01-05)", AdrStatus.ACCEPTED),
        ("✅ Accepted", AdrStatus.ACCEPTED),
        ("*Accepted and applied in v7*", AdrStatus.ACCEPTED),
        ("Implemented in v2", AdrStatus.ACCEPTED),
        ("Approved", AdrStatus.ACCEPTED),
        ("Amended", AdrStatus.ACCEPTED),
        ("Draft", AdrStatus.PROPOSED),
        ("🤔 Incomplete", AdrStatus.PROPOSED),
        ("Pending", AdrStatus.PROPOSED),
        ("Not yet accepted", AdrStatus.PROPOSED),
        ("Not accepted", AdrStatus.REJECTED),
        ("Declined", AdrStatus.REJECTED),
        ("❌ Rejected (see [019](019-x.md))", AdrStatus.REJECTED),
        ("*deprecated*", AdrStatus.DEPRECATED),
        ("Superceded by ADR 7", AdrStatus.SUPERSEDED),
        ("Replaced by [ADR-0005](0005-x.md)", AdrStatus.SUPERSEDED),
        ("Implemented. Superseded by [ADR-013](013-x.md).", AdrStatus.SUPERSEDED),
        ("Partly superseded", AdrStatus.ACCEPTED),
        ("Accepted (superseded in part by ADR-0088)", AdrStatus.ACCEPTED),
        ("claimed", None),
        ("[proposed | accepted | superseded by ADR-5]", None),
        ("", None),
    ],
)
def test_the_words_of_a_status(words: str, status: AdrStatus | None) -> None:
    assert parse(f"# T\n\n## Status\n\n{words}\n{REST}").status is status
    assert parse(f"# T\n\n- **Status:** {words}\n{REST}").status is status


def test_two_statuses_that_disagree_are_none() -> None:
    assert parse(f"---\nstatus: accepted\n---\n# T\n\n## Status\n\nRejected\n{REST}").status is None


def test_two_statuses_that_agree_are_one() -> None:
    text = f"---\nstatus: implemented\n---\n# T\n\n## Status\n\nAccepted\n{REST}"

    assert parse(text).status is AdrStatus.ACCEPTED


def test_the_newest_of_a_dated_list_counts() -> None:
    history = "* 2020-02-01: Accepted\n* 2021-01-01: Deprecated\n* 2020-01-01: Proposed"

    assert parse(f"# T\n\n## Status\n\n{history}\n{REST}").status is AdrStatus.DEPRECATED


def test_the_ticked_box_counts() -> None:
    boxes = "- [ ] Proposed\n- [x] Accepted\n- [ ] Rejected"

    assert parse(f"# T\n\n## Status\n\n{boxes}\n{REST}").status is AdrStatus.ACCEPTED


def test_what_a_status_says_beyond_a_status_is_kept() -> None:
    text = f"# T\n\n## Status\n\nACCEPTED Not Implemented\n\nAmends ADR-3\n{REST}"

    assert [(s.title, s.text) for s in parse(text).sections] == [
        ("Status notes", "ACCEPTED Not Implemented")
    ]


@pytest.mark.parametrize(
    ("words", "reference"),
    [
        ("superseded by [ADR-0005](0005-x.md)", Reference("ADR-0005", "0005-x.md")),
        ("Superseded by 0012", Reference("0012")),
        ("Superceded by [5. X](0005-x.md)", Reference("5. X", "0005-x.md")),
        ("superseded by 20240131-use-x", Reference("20240131-use-x")),
        ("Superseded by **ADR-7**.", Reference("ADR-7")),
        ("Superseded by ADR-catalog-single-remote", Reference("ADR-catalog-single-remote")),
        ("Accepted, superseded in part by ADR-9", Reference("ADR-9", partial=True)),
        ("Accepted. Parts of it were superseded by ADR-9", Reference("ADR-9", partial=True)),
        ("Accepted (superseded at release by ADR-9)", Reference("ADR-9", partial=True)),
    ],
)
def test_a_successor_is_found(words: str, reference: Reference) -> None:
    assert parse(f"# T\n\nStatus: {words}\n{REST}").superseded_by == (reference,)


def test_a_successor_that_only_the_text_names_is_found() -> None:
    text = "# T\n\n## Status\n\nPartly superseded\n\n## Decision\n\nSuperseded by [ADR #33](33-x.md).\n"

    assert parse(text).superseded_by == (Reference("ADR #33", "33-x.md", partial=True),)


def test_other_decisions_that_a_text_speaks_of_are_no_successors() -> None:
    text = "# T\n\nStatus: Accepted\n\n## Decision\n\nADR-4 was superseded by ADR-8.\n"

    assert parse(text).superseded_by == ()


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n- **Supersedes:** [ADR-0004](0004-a-b.md)\n",
        "# T\n\nStatus: Accepted, supersedes [ADR-0004](0004-a-b.md)\n",
        "# T\n\n## Status\n\nAccepted\n\nSupersedes [ADR-0004](0004-a-b.md)\n",
        "# T\n\nStatus: accepted\n\n## Links\n\n* Supersedes [ADR-0004](0004-a-b.md)\n",
        "---\nsupersedes: ['[ADR-0004](0004-a-b.md)']\n---\n# T\n",
    ],
)
def test_a_predecessor_is_found(text: str) -> None:
    assert parse(text + REST).supersedes == (Reference("ADR-0004", "0004-a-b.md"),)


def test_none_is_no_predecessor() -> None:
    assert parse(f"# T\n\n- **Supersedes:** none\n{REST}").supersedes == ()


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        (Reference("ADR-0005"), 5),
        (Reference("ADR #33", "0033-x.md"), 33),
        (Reference("36. Multi-cluster", "036-multi-cluster.md"), 36),
        (Reference("DNS", "0015-dns.md"), 15),
        (Reference("20240131-use-x"), None),
        (Reference("RFC-0004", "../rfc/0004-x.md"), None),
        (Reference("the ticket", "https://example.org/issues/66"), None),
    ],
)
def test_the_number_of_a_reference(reference: Reference, number: int | None) -> None:
    assert reference.number == number
