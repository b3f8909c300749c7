"""The full screens on a real project, opened and left by their keys."""

import subprocess
from pathlib import Path

import pytest
from driving import Running, learn, make_repository, running
from textual.screen import Screen

from featherchat_tui.screens.code_changes import CodeChangesScreen
from featherchat_tui.screens.decay import DecayScreen
from featherchat_tui.screens.decisions import DecisionsScreen
from featherchat_tui.screens.panes import PaneScreen


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.fixture
def without_code_changes(repository: Path) -> None:
    config = repository.parent / "config"
    config.mkdir()
    (config / "config.toml").write_text('[learn.policy]\ncode_change = "off"\n')


def commit(repository: Path, subject: str, body: str, path: str) -> None:
    (repository / path).parent.mkdir(exist_ok=True)
    (repository / path).write_text("POOL = 20\n")
    git = ["git", "-C", str(repository)]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "-qm", f"{subject}\n\n{body}"], check=True)


async def on_chat(run: Running) -> None:
    await run.until(lambda: isinstance(run.app.screen, PaneScreen))


async def look_at_a_change(run: Running) -> None:
    await learn(run)
    await run.type("/remember The pool has 20 connections.")
    await run.until(run.sees("Remembered"))
    await run.pilot.press("f7")
    await run.until(run.sees("+ The pool has 20 connections."))


@pytest.mark.anyio
async def test_f3_leads_to_the_pane_then_to_the_graph_and_out_again(repository: Path) -> None:
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f3")
        await run.until(run.sees("1 accepted"))

        await run.pilot.press("f3")
        await run.until(lambda: isinstance(run.app.screen, DecisionsScreen))
        await run.until(run.sees("rejected"))
        await run.until(run.sees("We use PostgreSQL for the ledger."))
        await run.pilot.press("f3")

        await on_chat(run)
        await run.settled()
        assert not run.app.chat.has_class("-decisions")
        assert run.app.focused is run.app.chat.prompt


@pytest.mark.anyio
async def test_what_is_read_from_the_decisions_is_seen_where_they_cover_the_page(
    repository: Path,
) -> None:
    async with running(repository, size=(80, 24)) as run:
        await learn(run)
        await run.pilot.press("f3")
        await run.until(run.sees("1 accepted"))
        await run.pilot.press("f5")
        await run.until(run.sees("Code changes"))
        await run.pilot.press("escape")
        await on_chat(run)
        await run.until(lambda: run.app.chat.pane.has_focus_within)

        await run.pilot.press("enter")

        await run.until(run.sees("We use PostgreSQL for the ledger."))
        assert run.app.focused is run.app.chat.prompt


@pytest.mark.anyio
async def test_what_needs_a_second_decision_is_completed_in_the_prompt(repository: Path) -> None:
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f3")
        await run.until(run.sees("1 accepted"))
        await run.pilot.press("g")
        await run.until(lambda: isinstance(run.app.screen, DecisionsScreen))
        await run.until(run.sees("We use PostgreSQL for the ledger."))

        await run.pilot.press("s")

        await on_chat(run)
        await run.until(lambda: run.app.chat.prompt.text.startswith("/adr supersede m:"))


@pytest.mark.anyio
async def test_f4_pins_lets_go_and_reads_on_the_verbs_of_the_shell(repository: Path) -> None:
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f4")
        await run.until(lambda: isinstance(run.app.screen, DecayScreen))
        await run.until(run.sees("held"))

        await run.pilot.press("end", "k")
        await run.until(run.sees("Pinned: "))
        await run.pilot.press("l")
        await run.until(run.sees("/undo brings it back"))
        await run.pilot.press("home", "enter")

        await on_chat(run)
        await run.until(run.sees("ADR-1"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("line", "screen"),
    [("/decisions", DecisionsScreen), ("/memory", DecayScreen), ("/code", CodeChangesScreen)],
)
async def test_a_pane_opens_by_its_name_where_a_terminal_sends_no_function_keys(
    line: str, screen: type[Screen[object]], repository: Path
) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.type(line)

        await run.until(lambda: isinstance(run.app.screen, screen))


@pytest.mark.anyio
async def test_ctrl_c_leaves_a_full_screen_as_it_leaves_the_chat(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.pilot.press("f4")
        await run.until(lambda: isinstance(run.app.screen, DecayScreen))

        await run.pilot.press("ctrl+c")
        await run.until(run.sees("Ctrl+C again leaves."))
        await run.pilot.press("ctrl+c")

        await run.until(lambda: not run.app.is_running)


@pytest.mark.anyio
async def test_the_palette_asks_why_a_file_is_as_it_is(repository: Path) -> None:
    commit(repository, "Limit the pool", "Decision: ADR-1", "src/pool.py")
    async with running(repository) as run:
        await learn(run)
        await run.pilot.press("ctrl+p", *"pool.py")
        await run.until(run.sees("why it is as it is"))

        await run.pilot.press("enter")

        await on_chat(run)
        await run.until(run.sees("caused by"))


@pytest.mark.anyio
async def test_a_question_in_the_decay_pane_ranks_by_the_answer(repository: Path) -> None:
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f4")
        await run.until(run.sees("held"))

        await run.pilot.press("slash", *"PostgreSQL ledger", "enter")

        await run.until(run.sees("sorted by how well they answer"))


@pytest.mark.anyio
async def test_f5_leads_from_a_commit_to_its_decision_and_back_and_to_why(repository: Path) -> None:
    commit(repository, "Limit the pool", "Decision: ADR-1", "src/pool.py")
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f5")
        await run.until(run.sees("explicit 0.99"))

        await run.pilot.press("right", "enter")
        await run.until(lambda: isinstance(run.app.screen, DecisionsScreen))
        await run.until(run.sees("We use PostgreSQL for the ledger."))
        await run.pilot.press("escape")
        await run.until(run.sees("1 change · 1 linked"))
        await run.pilot.press("right", "end", "w")

        await on_chat(run)
        await run.until(run.sees("caused by"))
        await run.settled()
        assert "src/pool.py" in run.page()


@pytest.mark.anyio
async def test_a_link_that_was_taken_away_in_f5_comes_back_with_undo(repository: Path) -> None:
    commit(repository, "Limit the pool", "Decision: ADR-1", "src/pool.py")
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f5")
        await run.until(run.sees("explicit 0.99"))

        await run.pilot.press("x")
        await run.until(run.sees("1 change · 0 linked"))
        await run.pilot.press("escape")
        await on_chat(run)
        await run.type("/undo")
        await run.until(run.sees("Took back"))
        await run.pilot.press("f5")

        await run.until(run.sees("1 change · 1 linked"))


@pytest.mark.anyio
@pytest.mark.usefixtures("without_code_changes")
async def test_f7_shows_what_a_change_did_and_takes_it_back(repository: Path) -> None:
    async with running(repository, size=(100, 30)) as run:
        await look_at_a_change(run)

        await run.pilot.press("u")

        await run.until(run.sees("Took back: remembered"))
        await run.until(run.sees("taken back"))


@pytest.mark.anyio
@pytest.mark.usefixtures("without_code_changes")
async def test_all_changes_since_a_time_are_taken_back_after_a_question(repository: Path) -> None:
    async with running(repository, size=(100, 30)) as run:
        await look_at_a_change(run)

        await run.pilot.press("slash", *"1d", "enter")
        await run.until(run.sees("since 1d"))
        await run.pilot.press("U")
        await run.until(run.sees("The oldest is of "))
        await run.pilot.press("down", "enter")

        await run.until(run.sees("Took back 2 changes"))


@pytest.mark.anyio
async def test_one_looks_back_under_a_banner_and_changes_nothing(repository: Path) -> None:
    async with running(repository, size=(120, 36)) as run:
        await learn(run)
        await run.type("/asof 2d")
        await run.until(run.sees("◀ Memory as of"))

        await run.type("/search PostgreSQL ledger")
        await run.until(run.sees("No relevant memory."))
        await run.pilot.press("f4")
        await run.until(run.sees("Memory as of"))
        await run.until(run.sees("0 memories"))
        assert run.sees("Nothing was in memory then.")()
        await run.pilot.press("escape")
        await on_chat(run)
        await run.type("/remember Something")
        await run.until(run.sees("/asof now first"))
        run.app.chat.prompt.clear()
        await run.type("/asof now")

        await run.until(lambda: "◀ Memory as of" not in run.page())
        await run.type("/search PostgreSQL ledger")
        await run.until(run.sees("Use PostgreSQL"))
