"""The demo: a project with a past that leaves no trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import Held, Running, learn, make_repository, running
from textual.events import AppBlur

from featherchat.providers.scripted import ScriptedReply
from featherchat_tui.account import Account
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.demo import Demo, demo, line_for
from featherchat_tui.demo_project import EXAMPLE, OTHERWISE
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
        Start(scene.repository, trust=True, example=EXAMPLE),
        lambda tell: scene.surroundings,
        account=account,
    )
    async with app.run_test(size=(120, 40)) as pilot:
        run = Running(app, pilot)
        await run.until(lambda: app.chat.status_line.status.memories > 10)
        await run.until(run.sees(f"Press ↵ to ask: {EXAMPLE}"))
        await run.until(run.sees("F5 code changes"))
        await run.until(lambda: app.chat.prompt.text == EXAMPLE)

        await run.pilot.press("enter")

        await run.until(run.sees("prepared statements broke the exports."))
        await run.until(run.sees("recalled"))
        await run.pilot.press("f6")
        await run.until(run.sees("3 conversations"))
        await run.pilot.press("escape", "f5")
        await run.until(run.sees("3 changes · "))
        await run.until(run.sees("Keep at most 20 connections"))
        await run.pilot.press("escape", "f3")
        await run.until(run.sees("Use PostgreSQL for the ledger"))
    assert list(empty_home.iterdir()) == []


def test_the_model_hears_the_question_and_not_what_was_recalled_for_it() -> None:
    context = "<recalled_memories>The pool has 20 connections.</recalled_memories>"

    assert line_for(f"{context}\nWhat is the weather?") == OTHERWISE
    assert "ADR-2" in line_for(f"{context}\nWhy 20 connections?")


@pytest.mark.anyio
async def test_the_bell_rings_for_an_answer_only_when_one_looks_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[bool] = []
    held, later = Held(0), ScriptedReply(("There.",), delay=1.0)
    script = ["Here.", *[later] * 3]
    async with running(make_repository(tmp_path), script, sleep=held.sleep) as run:
        monkeypatch.setattr(run.app, "bell", lambda: rung.append(True))
        await learn(run)
        await run.type("Where is it?")
        await run.until(run.sees("nothing learned"))
        here = len(rung)

        await run.type("And where else?")
        run.app.post_message(AppBlur())
        await run.until(lambda: not run.app.app_focus)
        held.let_go()
        await run.until(lambda: bool(rung))

    assert here == 0


@pytest.mark.anyio
async def test_the_last_words_name_what_was_learnt_and_how_to_go_on(scene: Demo) -> None:
    app = FeatherchatApp(Start(scene.repository, trust=True), lambda tell: scene.surroundings)
    async with app.run_test(size=(120, 40)) as pilot:
        run = Running(app, pilot)
        await run.until(lambda: app.chat.status_line.status.memories > 10)

        await run.type("We decided to keep exports for ten years because of the tax office.")
        await run.until(run.sees("learned 1"))
        await run.idle()

    learnt, go_on = app.chat.last_words
    assert learnt.startswith("Learnt: ") and "ten years" in learnt
    assert go_on.startswith("Go on with: featherchat -r ")
