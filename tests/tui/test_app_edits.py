"""The model edits files in the app: nothing is written before a person has said yes."""

from pathlib import Path

import pytest
from driving import RECORD, Running, learn, make_repository, running
from settling import delivered

from featherchat.messages import ToolCall
from featherchat.providers.scripted import ScriptedReply
from featherchat_tui.edit_approval import EditApproval

POOL = "SIZE = 40\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = make_repository(tmp_path)
    record = root / "docs" / "adr" / "0001-use-postgresql.md"
    record.write_text(RECORD.replace("Date: 2026-01-05", "Date: 2026-01-05\nGoverns: `src`"))
    (root / "src").mkdir()
    (root / "src" / "pool.py").write_text(POOL)
    return root


def edits(*new: str) -> list[ScriptedReply | str]:
    replies = [
        ScriptedReply(
            tool_calls=(
                ToolCall(f"c{place}", "edit_file", {"path": path, "old": old, "new": text}),
            )
        )
        for place, (path, old, text) in enumerate(
            [
                ("src/pool.py", POOL, new[0]),
                *((f"src/new{n}.py", "", t) for n, t in enumerate(new[1:])),
            ]
        )
    ]
    return [*replies, "That was it.", "{}"]


async def asked(run: Running) -> EditApproval:
    """Wait for the question, and until a yes to it counts."""
    await run.until(lambda: isinstance(run.app.screen, EditApproval) and run.app.screen.settled)
    assert isinstance(run.app.screen, EditApproval)
    return run.app.screen


@pytest.mark.anyio
async def test_an_edit_is_shown_with_its_decision_and_written_after_a_yes(
    repository: Path,
) -> None:
    pool = repository / "src" / "pool.py"
    async with running(repository, edits("SIZE = 20\n")) as run:
        await learn(run)
        await run.type("Make the pool smaller.")
        await asked(run)
        page, before = run.page(), pool.read_text()

        await run.pilot.press("enter")
        await run.until(run.sees("That was it."))
        await run.settled()

        assert "Edit src/pool.py? (+1 −1)" in page
        assert "Use PostgreSQL · docs/adr/0001-use-postgresql.md" in page
        assert "“We use PostgreSQL for the ledger.”" in page
        assert "+SIZE = 20" in page
        assert before == POOL
        assert pool.read_text() == "SIZE = 20\n"
        assert "▸ edit file src/pool.py · +1 −1" in run.page()

        await run.type("/revert")
        await run.until(run.sees("is as it was before the edit"))
        assert pool.read_text() == POOL


@pytest.mark.anyio
async def test_neither_keys_meant_for_the_prompt_nor_leaving_agree(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featherchat_tui.edit_approval.SETTLING", 3_600.0)
    pool = repository / "src" / "pool.py"
    async with running(repository, edits("SIZE = 20\n")) as run:
        await learn(run)
        await run.type("Make the pool smaller.")
        await run.until(lambda: isinstance(run.app.screen, EditApproval))

        await run.pilot.press("y", "enter", "a", "n")
        await delivered(run.pilot)

        assert isinstance(run.app.screen, EditApproval)
        assert pool.read_text() == POOL
        assert not run.app.screen.has_class("-why")
        run.app.exit()

    assert pool.read_text() == POOL


@pytest.mark.anyio
async def test_a_no_tells_the_model_why(repository: Path) -> None:
    async with running(repository, edits("SIZE = 20\n")) as run:
        await learn(run)
        await run.type("Make the pool smaller.")
        await asked(run)

        await run.pilot.press("n", *"later", "enter")
        await run.until(run.sees("That was it."))

        await run.settled()
        assert (repository / "src" / "pool.py").read_text() == POOL
        assert "✕ +1 −1, left as it is" in run.page()
        line = run.app.chat.conversation.query("ToolLine").first()
        assert "The user said no: later" in str(getattr(line, "_result", ""))


@pytest.mark.anyio
async def test_yes_to_all_stops_at_a_contradiction(repository: Path) -> None:
    script = edits("SIZE = 20\n", "A = 1\n", "import pymongo\n")
    async with running(repository, script, size=(80, 24)) as run:
        await learn(run)
        await run.type("Do all of it.")
        await asked(run)

        await run.pilot.press("a")
        await run.until(run.sees("1 contradiction with a decision in force"))
        await run.pilot.press("escape")
        await run.until(run.sees("That was it."))

        assert (repository / "src" / "new0.py").read_text() == "A = 1\n"
        assert not (repository / "src" / "new1.py").exists()
