"""The demo: a project with a past that leaves no trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Running

from featherchat_tui.account import Account
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.demo import Demo, demo, line_for
from featherchat_tui.demo_project import OTHERWISE
from featherchat_tui.opening import Start


@pytest.fixture(scope="module")
def scene() -> Iterator[Demo]:
    with demo() as opened:
        yield opened
    assert not opened.repository.exists()


@pytest.mark.anyio
async def test_the_demo_has_a_past_and_a_model_that_answers_from_it(
    scene: Demo, empty_home: Path
) -> None:
    account = Account.of(scene.surroundings.places)
    app = FeatherchatApp(
        Start(scene.repository, trust=True), lambda tell: scene.surroundings, account=account
    )
    async with app.run_test(size=(120, 40)) as pilot:
        run = Running(app, pilot)
        await run.until(lambda: app.chat.status_line.status.memories > 10)

        await run.type("Why is the pool limited to 20 connections?")

        await run.until(run.sees("prepared statements broke the exports."))
        await run.until(run.sees("recalled"))
        await run.pilot.press("f6")
        await run.until(run.sees("3 conversations"))
        await run.pilot.press("escape", "f3")
        await run.until(run.sees("Use PostgreSQL for the ledger"))
    assert list(empty_home.iterdir()) == []


def test_the_model_hears_the_question_and_not_what_was_recalled_for_it() -> None:
    context = "<recalled_memories>The pool has 20 connections.</recalled_memories>"

    assert line_for(f"{context}\nWhat is the weather?") == OTHERWISE
    assert "ADR-2" in line_for(f"{context}\nWhy 20 connections?")
