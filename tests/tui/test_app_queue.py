"""What is sent while an answer comes, in the whole app."""

import asyncio
from pathlib import Path

import pytest
from driving import Held, learn, make_repository, running

from featherchat.errors import ProviderUnreachable
from featherchat.providers.scripted import ScriptedReply
from featherchat_tui.waiting import Waiting


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


def slow(text: str) -> ScriptedReply:
    return ScriptedReply(text.split(" "), delay=0.3)


@pytest.mark.anyio
async def test_a_prompt_waits_in_sight_and_is_sent_when_the_answer_has_come(
    repository: Path,
) -> None:
    held, script = Held(1), [slow("Here is the first answer."), *["The second answer."] * 3]
    async with running(repository, script, sleep=held.sleep) as run:
        await learn(run)
        await run.type("What is this?")
        await run.until(lambda: run.app.chat.conversation.last_answer() != "")
        await run.type("And why?")
        await run.until(run.sees("next  And why?"))

        held.let_go()
        await run.until(run.sees("The second answer."))

        await run.settled()
        assert len(run.app.chat.query_one(Waiting)) == 0
        assert run.app.chat.prompt.text == ""


@pytest.mark.anyio
async def test_escape_gives_back_the_prompt_and_what_waited(repository: Path) -> None:
    async with running(repository, [slow("word " * 100)], sleep=Held(5).sleep) as run:
        await learn(run)
        await run.type("What is this?")
        await run.until(run.sees("word"))
        await run.type("And why?")
        await run.type("/clear")

        await run.pilot.press("escape")
        await run.until(run.sees("Cancelled."))

        await run.settled()
        assert run.app.chat.prompt.text == "What is this?\n\nAnd why?"
        assert len(run.app.chat.query_one(Waiting)) == 0


@pytest.mark.anyio
async def test_a_turn_that_fails_sends_nothing_more(repository: Path) -> None:
    broken = ProviderUnreachable("The server hung up.", hint="Try again.")
    reply = ScriptedReply("Because of it and of that".split(" "), delay=0.3, error=broken)
    held = Held(1)
    async with running(repository, [reply], sleep=held.sleep) as run:
        await learn(run)
        await run.type("What is this?")
        await run.until(run.sees("Because"))
        await run.type("And why?")
        run.app.chat.prompt.insert("typing")

        held.let_go()
        await run.until(run.sees("The server hung up."))

        await run.until(lambda: run.app.chat.prompt.text == "And why?\n\ntyping")


@pytest.mark.anyio
async def test_a_new_conversation_waits_for_the_answer(repository: Path) -> None:
    held, script = Held(1), [slow("Here is the first answer."), "{}"]
    async with running(repository, script, sleep=held.sleep) as run:
        await learn(run)
        await run.type("What is this?")
        await run.until(lambda: run.app.chat.conversation.last_answer() != "")

        await run.type("/clear")
        waits = len(run.app.chat.query_one(Waiting))
        held.let_go()
        await run.until(run.sees("A new conversation."))

        assert waits == 1
        await run.settled()
        assert run.app.chat.conversation.last_answer() == ""


@pytest.mark.anyio
async def test_an_earlier_conversation_that_is_chosen_waits_for_the_answer(
    repository: Path,
) -> None:
    script = ["An answer of long ago.", *[slow("word " * 100)] * 2]
    async with running(repository, script, sleep=Held(5).sleep) as run:
        await learn(run)
        await run.type("What was it?")
        await run.until(run.sees("An answer of long ago."))
        await run.idle()
        await run.type("/clear")
        await run.until(run.sees("A new conversation."))
        await run.type("What is this?")
        await run.until(run.sees("word"))

        await run.pilot.press("f6")
        await run.until(run.sees("2 conversations, yours alone"))
        await run.pilot.press("down", "enter")

        await run.until(run.sees("next  /resume"))
        assert "word" in run.app.chat.conversation.last_answer()


@pytest.mark.anyio
async def test_what_was_typed_is_there_after_the_app_was_left(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        run.app.chat.prompt.insert("half a quest")
        await asyncio.sleep(0)
    folder = next((repository.parent / "data").rglob("drafts"))
    (file,) = folder.iterdir()
    # As if another process had left it: this one still lives.
    file.rename(folder / file.name.replace(str(file.stem.split()[-1]), "4194399"))

    async with running(repository) as again:
        await again.until(lambda: again.app.chat.prompt.text == "half a quest")
