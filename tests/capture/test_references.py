"""Which decisions a commit names itself, and which numbers are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.capture.references import Records, cited_in, explicit_links
from tests.conftest import MakeMemory


@pytest.mark.parametrize(
    ("message", "numbers"),
    [
        ("Implement ADR-0012", {12}),
        ("docs: ADR 6 feedback", {6}),
        ("feat!: pack squares by implementing ADR013 (#1604)", {13}),
        ("Follow adr_7 and ADR#8", {7, 8}),
        ("See docs/adr/0012-use-redis.md", {12}),
        ("See docs/architecture/adr-024-cat-pool.md", {24}),
        ("Carry out ADRs 3, 4 and 15", {3, 4, 15}),
        ("Merge ADR-001/002", {1, 2}),
        ("Cache tokens\n\nDecision: 12", {12}),
        ("Cache tokens\n\nDecision: ADR-12, ADR-14", {12, 14}),
        ("Cache tokens\n\nADR: 0009-use-kafka", {9}),
        ("Keep -0.0 apart (ADR-0089, #275; ADR-0025/#170)", {25, 89}),
        ("Split the pack (ADR-0057, 2026-07-27)", {57}),
        ("Close #12 and bump quadr-12 to 3.4", set()),
        ("Use adr-tools 3.5.0", set()),
        ("Write ADR 2024-03-04", set()),
        ("ADR 12.5 is no record", set()),
        ("The decision: we take 12 of them", set()),
        ("Read 12 ADRs", set()),
        ("Fix badr12", set()),
    ],
)
def test_only_a_named_decision_is_cited(message: str, numbers: set[int]) -> None:
    assert cited_in(message) == numbers


def test_a_branch_names_a_decision_too() -> None:
    assert cited_in("Cache tokens", "feature/adr-12-cache") == {12}
    assert cited_in("Cache tokens", "feature/12-cache") == frozenset()


@given(
    st.integers(1, 9999),
    st.sampled_from(["ADR-{}", "ADR {}", "adr{:04}", "[ADR-{:03}]", "(ADR #{})", "ADR-{}:"]),
    st.sampled_from(["{} is carried out", "Carry out {}", "feat: carry out {} (#77)", "x\n\n{}"]),
)
def test_a_number_is_found_however_it_is_written(number: int, form: str, sentence: str) -> None:
    assert cited_in(sentence.format(form.format(number))) == {number}


@pytest.mark.parametrize(
    ("title", "relation"),
    [
        ("feat(tokens): shorten them", "causes"),
        ("feat(adr): check what a record cites", "related_to"),
        ("Revert: shorten the tokens", "related_to"),
    ],
)
def test_what_a_change_is_about_says_how_it_is_linked(
    a_memory: MakeMemory, title: str, relation: str
) -> None:
    attributes = {"cites": "12", "documents": "doc/adr/0013-it.md"}
    change = a_memory(title, title=title, kind="code_change", attributes=attributes)
    records = Records({12: "d12"}, {"doc/adr/0013-it.md": "d13"})

    found = {edge.source_id: str(edge.relation) for edge in explicit_links(change, records, 0.0)}

    # A record that came with the code is its reason, also where records are the matter.
    own = "related_to" if title.startswith("Revert") else "causes"
    assert found == {"d12": relation, "d13": own}
