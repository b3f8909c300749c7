"""A value that breaks a limit cannot exist."""

from dataclasses import replace

import pytest

from featherchat.errors import InvalidValue
from featherchat.memory import (
    KINDS,
    MAX_TEXT,
    AdrStatus,
    Anchor,
    Author,
    Edge,
    Kind,
    Layer,
    Memory,
    Source,
    Status,
    traits_of,
)

MEMORY = Memory("m1", "We use PostgreSQL.", "DB", "decision", Source(Author.USER, 0.0), 0.0, 1.0)


@pytest.mark.parametrize(
    ("given_text", "message"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("x" * (MAX_TEXT + 1), "20,001 characters; the limit is 20,000"),
        ("a\0b", "NUL"),
        ("a\ud800b", "lone surrogate"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(given_text: str, message: str) -> None:
    with pytest.raises(InvalidValue, match=message) as caught:
        replace(MEMORY, text=given_text)

    assert caught.value.hint


@pytest.mark.parametrize("value", [-0.1, 2.1, float("nan"), float("inf")])
def test_an_importance_out_of_range_is_refused_and_never_clamped(value: float) -> None:
    with pytest.raises(InvalidValue, match="importance"):
        replace(MEMORY, importance=value)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_confidence_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(InvalidValue, match="confidence"):
        replace(MEMORY, confidence=value)


@pytest.mark.parametrize(("weight", "relation"), [(0.0, "x"), (1.1, "x"), (-1.0, "x"), (1.0, "")])
def test_an_edge_needs_a_relation_and_a_weight(weight: float, relation: str) -> None:
    with pytest.raises(InvalidValue, match="relation"):
        Edge("a", "b", relation, weight)


@pytest.mark.parametrize(
    ("kind", "layer", "half_life", "importance"),
    [
        ("architecture", "project", 365.0, 1.8),
        ("convention", "project", 365.0, 1.5),
        ("overview", "project", 365.0, 1.2),
        ("decision", "decision", 180.0, 2.0),
        ("rationale", "decision", 180.0, 1.5),
        ("dead_end", "decision", 180.0, 1.5),
        ("bug_fix", "decision", 180.0, 1.6),
        ("preference", "developer", None, 1.4),
        ("code_change", "episode", 60.0, 1.0),
        ("conversation", "episode", 30.0, 1.0),
        ("debugging", "episode", 14.0, 1.0),
        ("a word of yours", "episode", 30.0, 1.0),
    ],
)
def test_what_follows_from_a_kind(
    kind: str, layer: str, half_life: float | None, importance: float
) -> None:
    traits = traits_of(kind)

    assert (traits.layer, traits.half_life, traits.importance) == (
        Layer(layer),
        half_life,
        importance,
    )


def test_every_known_kind_has_traits() -> None:
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize(
    ("given_fields", "held"),
    [
        ({}, False),
        ({"pinned": True}, True),
        ({"attributes": {"adr_status": AdrStatus.ACCEPTED.value}}, True),
        ({"attributes": {"adr_status": AdrStatus.PROPOSED.value}}, False),
        (
            {
                "attributes": {"adr_status": AdrStatus.ACCEPTED.value},
                "status": Status.SUPERSEDED,
            },
            False,
        ),
        ({"attributes": {"adr_status": AdrStatus.ACCEPTED.value}, "kind": "rationale"}, False),
    ],
)
def test_a_pin_or_an_accepted_decision_in_force_does_not_age(
    given_fields: dict[str, object], held: bool
) -> None:
    assert replace(MEMORY, **given_fields).held is held  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("author", "status", "trust"),
    [
        (Author.USER, Status.ACTIVE, 1.0),
        (Author.DOCUMENT, Status.ACTIVE, 1.0),
        (Author.ASSISTANT, Status.ACTIVE, 0.9),
        ("mcp:other", Status.ACTIVE, 0.9),
        (Author.ASSISTANT, Status.CANDIDATE, 0.7),
    ],
)
def test_trust_follows_from_who_said_it(author: str, status: Status, trust: float) -> None:
    memory = replace(MEMORY, source=Source(author, 0.0), status=status)

    assert memory.trust == trust


def test_changed_code_makes_a_memory_less_valid() -> None:
    assert replace(MEMORY, anchors=(Anchor("a.py"),)).validity == 1.0
    assert replace(MEMORY, anchors=(Anchor("a.py", changed=True),)).validity == 0.6
