"""While the app is open, commits and saves become memories, and the status line says what is unusual."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from driving import learn, make_repository, running
from settling import PATIENCE
from textual.widgets import Static
from textual.worker import WorkerFailed

from featherchat.memory import Kind
from featherchat.recollection import Filter
from featherchat_tui.status_line import StatusLine, line
from featherchat_tui.values import Progress, Status

CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


@pytest.mark.anyio
async def test_what_is_committed_meanwhile_is_recorded_and_the_branch_is_shown(
    tmp_path: Path,
) -> None:
    root = make_repository(tmp_path)
    async with running(root) as run:
        await learn(run)
        project = run.app.chat._require()
        assert project.keeper is not None
        await run.until(lambda: bool(project.keeper and project.keeper.standing))
        git(root, "switch", "--quiet", "--create", "tokens")
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "Let tokens live five minutes")

        await run.until(run.sees("tokens"))
        async with asyncio.timeout(PATIENCE):
            while not (found := await project.memories.find(CHANGES)):
                await run.pilot.pause(0.01)

    assert [each.title for each in found] == ["Let tokens live five minutes"]


@pytest.mark.anyio
async def test_what_is_committed_when_the_app_is_left_does_no_harm(tmp_path: Path) -> None:
    root = make_repository(tmp_path)
    async with running(root) as run:
        await learn(run)
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "Begin")

        run.app.exit()

    assert run.app.return_code == 0


@pytest.mark.anyio
async def test_what_is_to_be_shown_when_the_app_was_told_to_end_is_no_crash(
    tmp_path: Path,
) -> None:
    async with running(make_repository(tmp_path)) as run:
        await learn(run)
        chat = run.app.chat

        async def come_late() -> None:
            run.app.exit()
            await chat.mount(Static("Late."))

        late = chat.run_worker(come_late(), exit_on_error=False)
        with pytest.raises(WorkerFailed, match="MountError"):
            await late.wait()

    assert run.app.return_code == 0


@pytest.mark.anyio
async def test_what_runs_ends_before_the_page_comes_apart(tmp_path: Path) -> None:
    seen: list[bool] = []
    async with running(make_repository(tmp_path)) as run:
        await learn(run)
        chat = run.app.chat

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                seen.append(bool(chat.query(StatusLine)))

        chat.run_worker(work(), exit_on_error=False)

    assert seen == [True]


def test_the_status_line_counts_commits_and_names_what_is_unusual() -> None:
    reading = Status("ledger", commits=Progress(1_200, 10_000), watching="code: polling")
    done = Status("ledger", commits=Progress(10, 10))

    assert "commits 1,200/10,000" in line(reading, 120).plain
    assert "code: polling" in line(reading, 120).plain
    assert "commits" not in line(done, 120).plain
