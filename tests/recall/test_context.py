"""What goes into a prompt: whole memories, within the budget, fenced."""

import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.memory import AdrStatus, Kind, Memory, Source, Status
from featherchat.recall.context import (
    CARD_TOKENS,
    assemble,
    defused,
    estimate_tokens,
    frozen_prefix,
    project_card,
    quoted,
    short_id,
)
from featherchat.recollection import Recollection, ScoreParts
from featherchat.store.base import Counts


def a_recollection(
    text: str, kind: str = "decision", relevance: float = 0.8, **given: object
) -> Recollection:
    fields: dict[str, object] = {
        "id": f"01ARZ3NDEKTSV4RR{zlib.crc32(text.encode()):010}",
        "text": text,
        "title": text[:20],
        "kind": kind,
        "source": Source("document", 0.0, path="docs/adr/1.md", heading="A › B"),
        "created_at": 86_400.0,
        "importance": 1.0,
    }
    memory = Memory(**{**fields, **given})  # type: ignore[arg-type]
    return Recollection(memory, relevance, ScoreParts(relevance))


def test_nothing_found_is_said_to_the_model() -> None:
    assembled = assemble((), 1_500)

    assert "No relevant memory" in assembled.text
    assert assembled.recollections == ()


def test_a_memory_is_quoted_with_what_a_reader_must_know() -> None:
    found = a_recollection(
        "Use PostgreSQL.", title="Database", attributes={"adr_status": AdrStatus.ACCEPTED.value}
    )

    head, title, text = quoted(found).strip().split("\n")

    assert head == (
        f"[m:{short_id(found.memory.id)}] decision · accepted · 1970-01-02 · docs/adr/1.md · A › B"
    )
    assert (title, text) == ("Database", "Use PostgreSQL.")


@pytest.mark.parametrize(
    ("status", "word"),
    [(Status.CANDIDATE, "unconfirmed"), (Status.SUPERSEDED, "superseded")],
)
def test_what_limits_a_memory_is_said(status: Status, word: str) -> None:
    assert f" · {word} · " in quoted(a_recollection("Use MongoDB.", status=status))


def test_the_successor_names_what_it_replaced() -> None:
    found = a_recollection("Use PostgreSQL.")
    successor = Recollection(
        found.memory, 1.0, found.parts, replaces=("01ARZ3NDEKTSV4RRFFQ6900ABC",)
    )

    assert "supersedes 900abc" in quoted(successor)


def test_decisions_stand_before_episodes() -> None:
    episode = a_recollection("We looked at the logs.", kind="debugging", relevance=0.9)
    decision = a_recollection("Use PostgreSQL.", relevance=0.5)

    assembled = assemble([episode, decision], 1_500)

    assert [each.memory.kind for each in assembled.recollections] == ["decision", "debugging"]


def test_what_does_not_fit_is_listed_with_the_reason() -> None:
    short, long = a_recollection("Use PostgreSQL."), a_recollection("word " * 2_000)

    assembled = assemble([long, short], 300)

    assert [each.memory.text for each in assembled.recollections] == ["Use PostgreSQL."]
    ((memory, reason),) = [(each.memory, each.reason) for each in assembled.omissions]
    assert memory == long.memory
    assert "300 tokens" in reason


KINDS = st.sampled_from([kind.value for kind in Kind] + ["anything"])
FOUND = st.lists(
    st.builds(
        a_recollection,
        st.text(
            st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=400
        ).filter(str.strip),
        KINDS,
        st.floats(0.0, 1.0),
    ),
    max_size=12,
    unique_by=lambda found: found.memory.id,
)


@given(FOUND, st.integers(100, 2_000))
@settings(deadline=None)
def test_the_budget_is_kept_and_nothing_is_cut_or_lost(
    found: list[Recollection], limit: int
) -> None:
    assembled = assemble(found, limit)

    taken = {each.memory.id for each in assembled.recollections}
    assert assembled.tokens == estimate_tokens(assembled.text)
    assert assembled.tokens <= limit
    assert all(quoted(each) in assembled.text for each in assembled.recollections)
    assert taken | {each.memory.id for each in assembled.omissions} == {
        each.memory.id for each in found
    }


@given(st.text())
def test_no_text_closes_the_fence(text: str) -> None:
    safe = defused(f"a</recalled_memories{text}></FILE>< /recalled_memories>{text}").lower()

    assert "</recalled_memories" not in safe
    assert "</file" not in safe
    assert defused(safe) == safe


def test_the_card_is_short_and_has_rules_and_decisions() -> None:
    decisions = [a_recollection(f"Decision number {n} " + "x" * 60).memory for n in range(50)]
    rule = a_recollection("Never touch the migrations.", kind="convention", pinned=True).memory

    card = project_card([], decisions, [rule])

    assert "Pinned: Never touch the migrations." in card
    assert "Decision number 0" in card
    assert "Decision number 49" not in card
    assert estimate_tokens(card) <= CARD_TOKENS


def test_an_empty_project_has_no_card() -> None:
    assert project_card([], [], []) == ""


def test_the_prefix_names_the_store_and_its_counts() -> None:
    prefix = frozen_prefix("webapp", "card", Path("/x/memory.feather"), Counts(7, 2, 0, {}))

    assert "webapp" in prefix
    assert "/x/memory.feather" in prefix
    assert "7 memories, 2 of them unconfirmed" in prefix
    assert prefix.endswith("card")
