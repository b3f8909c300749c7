from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.capture.pieces import (
    MAX_TITLE,
    decision_name,
    drafts_of_document,
    drafts_of_record,
    kind_of_document,
)
from featherchat.decisions import Decision, Option, Section, parse
from featherchat.memory import AdrStatus, Kind, RelationType, Status

DECISION = Decision(
    title="usearch over FAISS",
    number=7,
    status=AdrStatus.ACCEPTED,
    date="2026-03-04",
    deciders=("Ada", "Grace"),
    context="Vectors have to be searched on laptops.",
    options=(
        Option("usearch", "A small library.", chosen=True),
        Option("FAISS", reason="Its wheels weigh 90 MB."),
    ),
    outcome="We take usearch.",
    because="It is small.",
    consequences="Deletes are our own work.",
    sections=(Section("Security", "Index files are verified first."),),
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("docs/ARCHITECTURE.md", Kind.ARCHITECTURE),
        ("docs/design.md", Kind.ARCHITECTURE),
        ("CONTRIBUTING.md", Kind.CONVENTION),
        ("AGENTS.md", Kind.CONVENTION),
        ("README.md", Kind.OVERVIEW),
        ("design/notes.md", Kind.OVERVIEW),
    ],
)
def test_a_document_s_kind_follows_from_its_name(path: str, kind: str) -> None:
    assert kind_of_document(path) == kind


def test_a_document_s_pieces_are_titled_by_their_headings_or_its_name() -> None:
    text = "Words before any heading.\n\n# Setup\n\nRun the installer first.\n"

    drafts = drafts_of_document("docs/guide.md", text, 120)

    assert [(each.title, each.line) for each in drafts.memories] == [("guide.md", 1), ("Setup", 5)]
    assert drafts.links == ()


def test_a_record_is_its_decision_its_reasons_and_its_rejected_options() -> None:
    drafts = drafts_of_record(DECISION, 120)

    assert [(each.slot, each.kind) for each in drafts.memories] == [
        ("decision", Kind.DECISION),
        ("context#0", Kind.RATIONALE),
        ("chosen#0", Kind.RATIONALE),
        ("consequences#0", Kind.RATIONALE),
        ("section:security#0", Kind.RATIONALE),
        ("rejected:faiss", Kind.ALTERNATIVE),
    ]
    decision, *_, rejected = drafts.memories
    assert decision.title == "ADR-7 usearch over FAISS"
    assert decision.text == "We take usearch.\n\nIt is small."
    assert decision.attributes == {
        "number": 7,
        "date": "2026-03-04",
        "adr_status": "accepted",
        "deciders": "Ada, Grace",
    }
    assert rejected.text == "Rejected: FAISS. Its wheels weigh 90 MB."
    assert drafts.dated == datetime(2026, 3, 4, tzinfo=UTC).timestamp()


def test_every_part_is_linked_with_its_decision() -> None:
    drafts = drafts_of_record(DECISION, 120)

    assert {(link.source, link.target) for link in drafts.links} == {
        ("decision", each.slot) for each in drafts.memories[1:]
    }
    assert {link.relation for link in drafts.links if link.target.startswith("rejected")} == {
        RelationType.CONTRADICTS
    }


def test_all_parts_of_a_superseded_record_are_superseded() -> None:
    superseded = Decision(title="Old", status=AdrStatus.SUPERSEDED, outcome="We take FAISS.")

    assert {each.status for each in drafts_of_record(superseded, 120).memories} == {
        Status.SUPERSEDED
    }


def test_a_long_outcome_goes_on_in_parts() -> None:
    outcome = "\n\n".join(f"Rule {number} says what has to be done." for number in range(20))

    drafts = drafts_of_record(Decision(title="Rules", outcome=outcome), 30)

    slots = [each.slot for each in drafts.memories]
    assert slots == ["decision", *(f"outcome#{number}" for number in range(len(slots) - 1))]
    assert all(len(each.text.split()) <= 30 for each in drafts.memories)


def test_a_record_without_an_outcome_says_its_context() -> None:
    (draft,) = drafts_of_record(Decision(title="Open", context="We do not know yet."), 120).memories

    assert draft.text == "We do not know yet."


def test_a_title_is_one_line_of_bounded_length() -> None:
    name = decision_name(Decision(title="very " * 60 + "\nlong"))

    assert len(name) == MAX_TITLE
    assert "\n" not in name


@given(st.text(), st.sampled_from(["docs/adr/0001-x.md", "decisions/x.md", ""]))
def test_whatever_a_record_says_each_draft_has_a_slot_of_its_own_and_each_link_its_ends(
    text: str, path: str
) -> None:
    drafts = drafts_of_record(parse(text, path), 20)

    slots = [each.slot for each in drafts.memories]
    assert slots[0] == "decision"
    assert len(set(slots)) == len(slots)
    assert {link.target for link in drafts.links} <= set(slots)
