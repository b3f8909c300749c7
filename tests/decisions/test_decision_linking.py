"""Relations are added to both records of a pair, and not one byte more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import (
    Link,
    LinkRequest,
    RecordFile,
    Reference,
    inverse,
    link_request,
    linked,
    parse,
    reference_to,
    resolve,
    superseding,
    unlinked,
    with_link,
    without_link,
)
from featherchat.decisions.pairs import edge_relation
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus

TARGET = Reference("5. Use X", "0005-use-x.md")
NYGARD = "# {0}. {1}\n\nDate: 2024-01-31\n\n## Status\n\nAccepted\n\n## Context\n\nC.\n\n## Decision\n\nX.\n"
MADR = "---\nstatus: accepted\n---\n\n# {1}\n\n## Context and Problem Statement\n\nC.\n\n## Decision Outcome\n\nX.\n"
LOG4BRAINS = "# {1}\n\n- Status: accepted\n\n## Context and Problem Statement\n\nC.\n\n## Decision Outcome\n\nX.\n"


def nygard(number: int, title: str) -> RecordFile:
    return RecordFile(
        f"doc/adr/{number:04d}-{title.lower().replace(' ', '-')}.md", NYGARD.format(number, title)
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "# T\n\n## Status\n\nAccepted\n\n## Decision\n\nX.\n",
            "# T\n\n## Status\n\nAccepted\n\nAmends [5. Use X](0005-use-x.md)\n\n## Decision\n\nX.\n",
        ),
        (
            "\ufeff# T\r\n\r\n## Status\r\n\r\nAccepted\r\n## Decision\r\n\r\nX.",
            "\ufeff# T\r\n\r\n## Status\r\n\r\nAccepted\r\n\r\nAmends [5. Use X](0005-use-x.md)\r\n"
            "## Decision\r\n\r\nX.",
        ),
        (
            "# T\n\n## Decision\n\nX.\n\n## Links <!-- optional -->\n\n- Refines [A](a.md)\n",
            "# T\n\n## Decision\n\nX.\n\n## Links <!-- optional -->\n\n- Refines [A](a.md)\n"
            "- Amends [5. Use X](0005-use-x.md)\n",
        ),
        (
            "# T\n\nAmends: [3](0003-y.md)\n\n## Decision\n\nX.\n",
            "# T\n\nAmends: [3](0003-y.md), [5. Use X](0005-use-x.md)\n\n## Decision\n\nX.\n",
        ),
        (
            "# T\n\n- **Status:** Accepted\n- **Date:** 2024-01-31\n\n## Context\n\nC.\n\n## Decision\n",
            "# T\n\n- **Status:** Accepted\n- **Date:** 2024-01-31\n"
            "- **Amends:** [5. Use X](0005-use-x.md)\n\n## Context\n\nC.\n\n## Decision\n",
        ),
        (
            "---\namends:\n  - ADR-0003\n---\n# T\n\n## Decision\n\nX.\n",
            "---\namends:\n  - ADR-0003\n  - ADR-0005\n---\n# T\n\n## Decision\n\nX.\n",
        ),
        (
            "---\namends: [ADR-0003]\n---\n# T\n\n## Decision\n\nX.\n",
            "---\namends: [ADR-0003, ADR-0005]\n---\n# T\n\n## Decision\n\nX.\n",
        ),
        (
            "---\nstatus: accepted\n---\n# T\n\n## Decision Outcome\n\nX.\n\n## More Information\n\nM.",
            "---\nstatus: accepted\n---\n# T\n\n## Decision Outcome\n\nX.\n\n## More Information\n\nM."
            "\n\n### Links\n\n* Amends [5. Use X](0005-use-x.md)",
        ),
        (
            "# T\n\n## Decision\n\nX.\n",
            "# T\n\n## Decision\n\nX.\n\n## Links\n\n* Amends [5. Use X](0005-use-x.md)\n",
        ),
    ],
)
def test_a_link_goes_where_the_text_keeps_its_links(before: str, after: str) -> None:
    assert with_link(before, "Amends", TARGET) == after

    assert without_link(after, "amends", TARGET) == before


def test_a_fact_that_names_nothing_is_filled() -> None:
    text = "# T\n\n| Status | Accepted |\n|--|--|\n| Amends | none |\n\n## Decision\n\nX.\n"

    assert with_link(text, "Amends", TARGET) == text.replace("none", "[5. Use X](0005-use-x.md)")


def test_a_link_that_is_stated_is_not_stated_twice() -> None:
    once = with_link(NYGARD.format(1, "A"), "Amends", TARGET)

    assert with_link(once, "Amends", Reference("ADR-0005")) == once


def test_the_last_name_of_a_fact_takes_the_fact_along() -> None:
    assert without_link("---\namends:\n- ADR-0005\nx: y\n---\n# T\n", "Amends", TARGET) == (
        "---\nx: y\n---\n# T\n"
    )
    assert without_link("# T\n\nAmends: ADR-5\nDate: 1\n", "Amends", TARGET) == "# T\n\nDate: 1\n"


def test_a_link_in_code_is_no_link() -> None:
    text = "# T\n\n## Links\n\n```\nAmends [5. Use X](0005-use-x.md)\n```\n"

    assert without_link(text, "Amends", TARGET) == text


relations = st.sampled_from(["Amends", "Amended by", "Related to", "Clarifies", "Supersedes"])
forms = st.sampled_from(
    [
        NYGARD.format(1, "A"),
        MADR.format(1, "A"),
        LOG4BRAINS.format(1, "A"),
        MADR.format(1, "A").replace("\n", "\r\n"),
        LOG4BRAINS.format(1, "A").rstrip(),
        "\ufeff" + NYGARD.format(1, "A"),
        "# A\n\n## Decision\n\nX.\n\n## Links\n\n* Refines [B](b.md)\n\n## End\n",
    ]
)
targets = st.sampled_from(
    [TARGET, Reference("ADR-0007", "../0007-y.md"), Reference("x-y", "x-y.md")]
)


@given(forms, st.lists(st.tuples(relations, targets), unique=True, max_size=4))
def test_links_that_are_added_are_read_and_can_be_taken_back(
    text: str, links: list[tuple[str, Reference]]
) -> None:
    changed = text
    for relation, target in links:
        changed = with_link(changed, relation, target)

    decision = parse(changed)
    assert {(link.relation, link.target) for link in decision.links} >= {
        (relation, target) for relation, target in links if relation != "Supersedes"
    }
    assert set(decision.supersedes) == {target for name, target in links if name == "Supersedes"}
    for relation, target in reversed(links):
        changed = without_link(changed, relation, target)
    assert changed == text


def test_both_sides_of_a_supersession_are_written_as_adr_tools_writes_them() -> None:
    new, old = superseding(nygard(9, "Use Y"), nygard(5, "Use X"))

    assert "Accepted\n\nSupersedes [5. Use X](0005-use-x.md)\n\n## Context" in new.text
    assert "## Status\n\nSuperseded by [9. Use Y](0009-use-y.md)\n\n## Context" in old.text


def test_records_that_call_themselves_adrs_are_called_so() -> None:
    old = nygard(5, "Use X")
    old = RecordFile(old.path, old.text.replace("# 5. Use X", "# ADR 005: Use X"))

    assert reference_to(old, nygard(9, "Use Y")) == Reference("ADR-0005", "0005-use-x.md")


def test_madr_names_its_successor_in_front_matter_by_number_alone() -> None:
    new = RecordFile("docs/decisions/0009-use-y.md", MADR.format(9, "Use Y"))
    old = RecordFile("docs/decisions/0005-use-x.md", MADR.format(5, "Use X"))

    new, old = superseding(new, old)

    assert old.text == MADR.format(5, "Use X").replace("accepted", "superseded by ADR-0009")
    assert new.text.endswith("X.\n\n## Links\n\n* Supersedes [ADR-0005](0005-use-x.md)\n")


def test_log4brains_names_its_successor_by_slug() -> None:
    new = RecordFile("docs/adr/20240201-use-y.md", LOG4BRAINS.format(0, "Use Y"))
    old = RecordFile("docs/adr/20240131-use-x.md", LOG4BRAINS.format(0, "Use X"))

    new, old = superseding(new, old)

    assert "- Status: superseded by [20240201-use-y](20240201-use-y.md)\n" in old.text
    assert "* Supersedes [20240131-use-x](20240131-use-x.md)\n" in new.text


def test_a_second_successor_stands_beside_the_first() -> None:
    _, old = superseding(nygard(9, "Use Y"), nygard(5, "Use X"))

    _, old = superseding(nygard(12, "Use Z"), old)

    decision = parse(old.text, old.path)
    assert decision.status is AdrStatus.SUPERSEDED
    assert [reference.number for reference in decision.superseded_by] == [9, 12]


def test_the_passive_side_supersedes_as_well() -> None:
    old, new = linked(nygard(5, "Use X"), "Superseded by", nygard(9, "Use Y"))

    assert (new, old) == superseding(nygard(9, "Use Y"), nygard(5, "Use X"))


def test_each_side_of_a_link_says_its_own_words() -> None:
    source, target = linked(nygard(9, "Use Y"), "Amends", nygard(5, "Use X"))

    assert parse(source.text).links == (Link("Amends", Reference("5. Use X", "0005-use-x.md")),)
    assert parse(target.text).links == (Link("Amended by", Reference("9. Use Y", "0009-use-y.md")),)
    assert unlinked(source, "Amends", target) == (nygard(9, "Use Y"), nygard(5, "Use X"))


def test_a_record_is_not_linked_to_itself() -> None:
    with pytest.raises(InvalidValue, match="linked to itself"):
        linked(nygard(5, "Use X"), "Amends", nygard(5, "Use X"))


@pytest.mark.parametrize("relation", ["", "one two three four five", "see: x", "a\nb [c](d)"])
def test_a_relation_that_could_not_be_read_back_is_refused(relation: str) -> None:
    with pytest.raises(InvalidValue, match="cannot name a relation"):
        with_link("# T\n", relation, TARGET)


def test_the_option_of_adr_tools_is_read() -> None:
    assert link_request("5:Amends:Amended by") == LinkRequest("5", "Amends", "Amended by")
    assert link_request("5: Amends") == LinkRequest("5", "Amends", "Amended by")


@pytest.mark.parametrize("text", ["5", "", "5:", ":Amends", "5:Amends:Amended by:more"])
def test_another_form_of_that_option_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="names no link"):
        link_request(text)


def test_the_inverse_of_a_relation_keeps_its_case() -> None:
    assert [inverse(word) for word in ("Amends", "refined by", "Related to")] == [
        "Amended by",
        "refines",
        "Related to",
    ]


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (Reference("any", "0005-use-x.md#why"), "doc/adr/0005-use-x.md"),
        (Reference("any", "../other/0005-z.md"), "doc/other/0005-z.md"),
        (Reference("ADR-5"), "doc/adr/0005-use-x.md"),
        (Reference("5", "gone/0005-was.md"), "doc/adr/0005-use-x.md"),
        (Reference("20240131-use-w"), "doc/adr/20240131-use-w.md"),
        (Reference("ADR-use-w"), "doc/adr/20240131-use-w.md"),
        (Reference("a", "with%20space.md"), "doc/adr/with space.md"),
        (Reference("ADR-6"), None),
        (Reference("RFC-5", "https://example.com/0005-x.md"), None),
    ],
)
def test_a_reference_means_a_record(reference: Reference, found: str | None) -> None:
    paths = [
        *("doc/other/0005-z.md", "doc/adr/0005-use-x.md", "doc/adr/0009-use-y.md"),
        *("doc/adr/20240131-use-w.md", "doc/adr/with space.md"),
    ]

    assert resolve(reference, "doc/adr/0009-use-y.md", paths) == found


def test_a_link_to_a_name_with_a_bracket_still_is_a_link() -> None:
    at, target = nygard(1, "A"), RecordFile("doc/more adr/0002-b(c).md", "# B [c]\n")

    reference = reference_to(target, at)

    assert parse(with_link(at.text, "Amends", reference)).links[0].target == reference
    assert resolve(reference, at.path, [target.path]) == target.path


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Amends", ("amends", False)),
        ("Amended by", ("amends", True)),
        ("Depends on", ("depends_on", False)),
        ("replaces", ("supersedes", False)),
        ("Superseded  by", ("supersedes", True)),
        ("Relates to", ("related_to", False)),
        ("Inspired by", ("inspired_by", False)),
    ],
)
def test_an_edge_keeps_the_active_side_of_a_relation(words: str, kept: tuple[str, bool]) -> None:
    assert edge_relation(words) == kept
