"""F6 on a real project: earlier conversations are found, gone on with, forked and deleted."""

from pathlib import Path

import pytest
from driving import Held, Running, learn, make_repository, running

from featherchat.providers.scripted import ScriptedReply
from featherchat_tui.opening import Start
from featherchat_tui.screens.sessions import SessionsScreen


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


async def ask(run: Running, question: str) -> None:
    turns = len(run.app.chat._session.turns) if run.app.chat._session else 0
    await run.type(question)
    await run.until(lambda: len(run.app.chat._session.turns) > turns)  # type: ignore[union-attr]
    await run.idle()


async def two_conversations(run: Running) -> None:
    await learn(run)
    await ask(run, "Why do we use PostgreSQL?")
    await run.type("/clear")
    await run.until(lambda: run.app.chat.session_id is None)
    await ask(run, "What does the ledger keep?")


async def open_list(run: Running) -> None:
    await run.pilot.press("f6")
    await run.until(lambda: isinstance(run.app.screen, SessionsScreen))
    await run.until(run.sees("2 conversations, yours alone"))


@pytest.mark.anyio
async def test_f6_searches_what_was_said_and_goes_on_with_it(repository: Path) -> None:
    async with running(repository) as run:
        await two_conversations(run)
        await open_list(run)

        await run.pilot.press("slash", *"why do")
        await run.until(run.sees("1 of 2 conversations"))
        await run.pilot.press("enter", "enter")

        await run.until(lambda: run.app.screen is run.app.chat)
        await run.until(run.sees("Why do we use PostgreSQL?"))
        await run.settled()
        assert "What does the ledger keep?" not in run.page()


@pytest.mark.anyio
async def test_a_fork_is_a_conversation_of_its_own(repository: Path) -> None:
    async with running(repository) as run:
        await two_conversations(run)
        before = run.app.chat.session_id
        await open_list(run)

        await run.pilot.press("f")

        await run.until(lambda: run.app.screen is run.app.chat)
        await run.until(lambda: run.app.chat.session_id not in (None, before))
        await run.settled()
        assert "What does the ledger keep?" in run.page()


@pytest.mark.anyio
async def test_a_conversation_is_deleted_after_a_question_and_never_the_running_one(
    repository: Path,
) -> None:
    async with running(repository) as run:
        await two_conversations(run)
        await open_list(run)

        await run.pilot.press("d")
        await run.until(run.sees("This conversation is running"))
        await run.pilot.press("down", "d")
        await run.until(run.sees("Delete this conversation?"))
        await run.pilot.press("down", "enter")

        await run.until(run.sees("1 conversation, yours alone"))


@pytest.mark.anyio
async def test_what_is_renamed_in_the_list_is_renamed_for_the_next_turn(repository: Path) -> None:
    async with running(repository) as run:
        await two_conversations(run)

        await run.type("/rename Payments")
        await run.until(run.sees("It is called Payments now."))
        await ask(run, "Who pays?")
        await open_list(run)

        await run.until(run.sees("▸ Payments"))


@pytest.mark.anyio
async def test_leaving_while_an_answer_comes_keeps_what_had_come(repository: Path) -> None:
    endless = ScriptedReply(("word ",) * 100, delay=0.05)
    async with running(repository, [endless], sleep=Held(5).sleep) as run:
        await learn(run)
        await run.type("What is this?")
        await run.until(run.sees("word word"))

    async with running(repository, start=Start(repository, trust=True, go_on=True)) as again:
        await again.until(again.sees("word word"))
        await again.until(again.sees("You cancelled this answer."))
