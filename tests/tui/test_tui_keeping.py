"""While the app is open, commits and saves become memories, and the status line says what is unusual."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from driving import learn, make_repository, running

from featherchat.memory import Kind
from featherchat.recollection import Filter
from featherchat_tui.status_line import line
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
        found = await project.memories.find(CHANGES)

    assert [each.title for each in found] == ["Let tokens live five minutes"]


@pytest.mark.anyio
async def test_what_is_recorded_while_the_app_ends_is_not_shown_on_a_page_that_is_gone(
    tmp_path: Path,
) -> None:
    root = make_repository(tmp_path)

    async with running(root) as run:
        await learn(run)
        chat = run.app.chat
        await chat.status_line.remove()
        ending = asyncio.create_task(run.app._shutdown())
        while run.app.is_running:
            await asyncio.sleep(0)
        await chat._kept(False)
        await ending

    assert run.app.return_code in {0, None}


def test_the_status_line_counts_commits_and_names_what_is_unusual() -> None:
    reading = Status("ledger", commits=Progress(1_200, 10_000), watching="code: polling")
    done = Status("ledger", commits=Progress(10, 10))

    assert "commits 1,200/10,000" in line(reading, 120).plain
    assert "code: polling" in line(reading, 120).plain
    assert "commits" not in line(done, 120).plain
