import pytest
from hosting import hosted, shown_text
from hypothesis import given
from hypothesis import strategies as st

from featherchat_tui.status_line import StatusLine, line
from featherchat_tui.values import Progress, Status

FULL = Status(
    project="ledger",
    branch="main",
    model="claude-sonnet-5-5",
    context_share=0.12,
    memory_share=0.03,
    cost=0.04,
    memories=1214,
    candidates=3,
    awaiting_meaning=12,
    embedding=Progress(120, 890),
    notice="read-only",
)


def test_a_wide_line_says_everything() -> None:
    said = line(FULL, 160).plain

    assert said.startswith("ledger   main  ")
    assert said.endswith(
        "read-only   meaning 120/890   claude-sonnet-5-5   ctx 12 % (memory 3 %)   $0.04   "
        "1,214 memories (12 by words only)   ◐ 3 /inbox"
    )
    assert len(said) == 160


def test_eighty_columns_keep_model_context_memories_and_what_is_wrong() -> None:
    said = line(FULL, 80).plain

    for words in ("claude-sonnet-5-5", "ctx 12 %", "1,214 memories", "read-only", "ledger"):
        assert words in said


def test_sixty_columns_keep_model_context_and_memories() -> None:
    said = line(FULL, 60).plain

    for words in ("claude-sonnet-5-5", "ctx 12 %", "1,214 memories"):
        assert words in said


@given(st.integers(1, 200), st.text(max_size=40), st.text(max_size=40))
def test_the_line_never_grows_beyond_its_width(width: int, project: str, model: str) -> None:
    status = Status(project, model=model, memories=3, context_share=0.5)

    assert line(status, width).cell_length <= width


def test_without_a_model_the_line_says_that_memory_answers() -> None:
    assert "recall only · no model   1 memory" in line(Status("ledger", memories=1), 80).plain


def test_finished_embedding_is_not_shown() -> None:
    assert "meaning" not in line(Status("ledger", embedding=Progress(9, 9)), 160).plain


@pytest.mark.anyio
async def test_the_line_is_drawn_again_when_its_value_changes() -> None:
    widget = StatusLine()
    async with hosted(widget) as host:
        widget.status = FULL
        await host.settled()

        assert "claude-sonnet-5-5" in shown_text(widget)
