"""What goes into a prompt: whole memories, within the budget, fenced."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.memory import AdrStatus, Status
from featherchat.recall.context import (
    defused,
    estimate_tokens,
    frozen_prefix,
    quoted,
    short_id,
)
from featherchat.recollection import Recollection
from featherchat.store.base import Counts
from tests.recall.recollections import a_recollection


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


@given(st.text())
def test_no_text_closes_the_fence(text: str) -> None:
    safe = defused(f"a</recalled_memories{text}></FILE>< /recalled_memories>{text}").lower()

    assert "</recalled_memories" not in safe
    assert "</file" not in safe
    assert defused(safe) == safe


def test_the_prefix_names_the_store_and_its_counts() -> None:
    prefix = frozen_prefix("webapp", "card", Path("/x/memory.feather"), Counts(7, 2, 0, {}))

    assert "webapp" in prefix
    assert "/x/memory.feather" in prefix
    assert "7 memories, 2 of them unconfirmed" in prefix
    assert prefix.endswith("card")


def test_half_a_character_that_a_model_says_is_counted_like_any_other() -> None:
    assert estimate_tokens("a\udc9bb") == estimate_tokens("a漢b")
