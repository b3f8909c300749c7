"""A decision becomes memories and comes back whole."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings

from featherchat.clock import FixedClock
from featherchat.commands.adr_parts import Recorded, Recorder, decision_of
from featherchat.commands.memories import Linked
from featherchat.decisions import Decision, Option, Style
from featherchat.memory import Anchor, Edge, Kind, Memory, RelationType, Status
from tests.conftest import examples
from tests.decisions.test_decision_rendering import decisions

WEIGHED = Decision(
    "Deploy with Helm",
    options=(
        Option("Helm", pros=("charts are known",), chosen=True),
        Option("Kustomize", cons=("overlays nest",), reason="overlays got lost"),
    ),
    outcome="Helm",
    because="it has releases",
)


def linked(recorded: Recorded) -> list[Linked]:
    ends = {memory.id: memory for memory in recorded.parts}
    return [Linked(edge, True, ends[edge.target_id]) for edge in recorded.edges]


def recorder() -> Recorder:
    return Recorder(FixedClock(), "ada@example.org")


@pytest.mark.property
@given(decisions(Style.MADR))
@settings(
    deadline=None,
    derandomize=True,
    max_examples=examples(25, 200),
    suppress_health_check=[HealthCheck.too_slow],
)
@example(WEIGHED)
def test_what_is_recorded_is_read_back_whole(decision: Decision) -> None:
    anchors = tuple(Anchor(path) for path in decision.governs)

    recorded = recorder().recorded(decision, anchors)
    read = decision_of(recorded.decision, linked(recorded))

    outcome = "" if decision.outcome == decision.title else decision.outcome
    alone = replace(decision, slug="", supersedes=(), superseded_by=(), links=(), outcome=outcome)
    assert read == replace(alone, featherchat_id=recorded.decision.id)


def test_a_rejected_option_is_an_alternative_that_says_why() -> None:
    recorded = recorder().recorded(replace(WEIGHED, status=None))

    texts = {memory.text: memory.kind for memory in recorded.parts}
    assert texts == {
        "it has releases": Kind.RATIONALE,
        "Chosen: Helm.\nGood, because charts are known": Kind.RATIONALE,
        "Rejected: Kustomize. overlays got lost\nBad, because overlays nest": Kind.ALTERNATIVE,
    }


def test_an_option_that_a_person_has_edited_says_what_they_wrote() -> None:
    recorded = recorder().recorded(WEIGHED)
    edited = tuple(
        replace(memory, text="Rejected: Kustomize. Patches are hard to read.")
        if memory.kind == Kind.ALTERNATIVE
        else memory
        for memory in recorded.parts
    )

    read = decision_of(recorded.decision, linked(replace(recorded, parts=edited)))

    assert read.options[1] == Option("Kustomize", reason="Patches are hard to read.")


def test_a_change_keeps_the_ids_and_retires_what_is_gone() -> None:
    first = recorder().recorded(WEIGHED)
    slots = {edge.evidence: memory for edge, memory in zip(first.edges, first.parts, strict=True)}
    shorter = replace(WEIGHED, options=WEIGHED.options[:1], because="it is known")

    again = recorder().recorded(shorter, known={"": first.decision} | slots)

    assert again.decision.id == first.decision.id
    assert [memory.id for memory in again.parts] == [memory.id for memory in first.parts[:2]]
    assert again.parts[0].text == "it is known"
    assert [(memory.id, memory.status) for memory in again.retired] == [
        (first.parts[2].id, Status.RETIRED)
    ]


def test_the_pieces_of_a_document_are_read_as_sections_and_options() -> None:
    recorded = recorder().recorded(Decision("Use PostgreSQL"))
    head = replace(
        recorded.decision, title="ADR-1 Use PostgreSQL", text="One store.", attributes={"number": 1}
    )

    def piece(kind: str, label: str, text: str) -> Linked:
        memory: Memory = replace(
            head, id=label, kind=kind, title=f"{head.title}: {label}", text=text
        )
        relation = RelationType.LEADS_TO if kind == Kind.RATIONALE else RelationType.CONTRADICTS
        return Linked(Edge(head.id, label, relation), True, memory)

    read = decision_of(
        head,
        [
            piece(Kind.RATIONALE, "why", "Orders need transactions."),
            piece(Kind.ALTERNATIVE, "rejected MongoDB", "Rejected: MongoDB. No joins."),
        ],
    )

    assert (read.title, read.number, read.outcome) == ("Use PostgreSQL", 1, "One store.")
    assert [(each.title, each.text) for each in read.sections] == [
        ("why", "Orders need transactions.")
    ]
    assert read.options == (Option("MongoDB", reason="No joins."),)
