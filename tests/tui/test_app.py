"""The whole app on a real repository, with a scripted model and keys pressed."""

from pathlib import Path

import pytest
from driving import learn, make_repository, open_strip, running
from textual.events import Key, Paste

from featherchat.errors import ProviderUnreachable
from featherchat.messages import Usage
from featherchat.providers.scripted import ScriptedReply
from featherchat.recollection import Filter
from featherchat_tui.first_start import FirstStart, TrustQuestion
from featherchat_tui.form import Form
from featherchat_tui.help import Help
from featherchat_tui.opening import Start


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.mark.anyio
async def test_nothing_is_read_before_the_folder_is_trusted(repository: Path) -> None:
    async with running(repository, trust=False) as run:
        await run.until(lambda: isinstance(run.app.screen, TrustQuestion))
        assert not list((repository.parent / "data").rglob("memory.feather"))

        await run.pilot.press("y")

        await run.until(lambda: isinstance(run.app.screen, FirstStart))


@pytest.mark.anyio
async def test_the_first_start_learns_and_memory_answers_without_a_model(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.type("Why do we use PostgreSQL for the ledger?")

        await run.until(run.sees("Use PostgreSQL"))
        await run.until(run.sees("recalled"))
        await run.settled()
        assert "From memory alone" in run.page()


@pytest.mark.anyio
async def test_a_model_answers_with_what_was_recalled(repository: Path) -> None:
    reply = ScriptedReply(["Because of ", "**ADR-1**."], usage=Usage(1_000, 20))
    async with running(repository, [reply, "{}"]) as run:
        await learn(run)

        await run.type("Why do we use PostgreSQL for the ledger?")

        await run.until(run.sees("Because of ADR-1."))
        await run.idle()
        assert run.app.chat.conversation.last_answer() == "Because of **ADR-1**."


@pytest.mark.anyio
async def test_a_turn_that_fails_keeps_the_answer_and_gives_the_prompt_back(
    repository: Path,
) -> None:
    broken = ProviderUnreachable("The server hung up.", hint="Try again.")
    reply = ScriptedReply(["Because "], error=broken)
    async with running(repository, [reply]) as run:
        await learn(run)

        await run.type("Why PostgreSQL?")

        await run.until(run.sees("The server hung up."))
        await run.settled()
        assert run.app.chat.prompt.text == "Why PostgreSQL?"
        assert "Because" in run.page()


@pytest.mark.anyio
async def test_escape_cancels_the_answer_and_gives_the_prompt_back(repository: Path) -> None:
    endless = ScriptedReply(["word "] * 10_000, delay=0.01)
    async with running(repository, [endless]) as run:
        await learn(run)
        await run.type("Tell me everything.")
        await run.until(run.sees("word word"))

        await run.pilot.press("escape")

        await run.until(run.sees("Cancelled."))
        await run.settled()
        assert run.app.chat.prompt.text == "Tell me everything."


@pytest.mark.anyio
async def test_tomorrow_the_conversation_goes_on(repository: Path) -> None:
    async with running(repository, ["The first answer.", "{}"]) as run:
        await learn(run)
        await run.type("What is this project about?")
        await run.until(run.sees("The first answer."))
        await run.idle()

    start = Start(repository, go_on=True)
    async with running(repository, ["The second answer.", "{}"], start=start) as again:
        await again.until(again.sees("The first answer."))


@pytest.mark.anyio
async def test_what_a_user_decides_is_learnt_and_can_be_undone(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.type("We decided to shard by tenant because of the limits.")
        await run.until(run.sees("learned 1"))

        await run.type("/undo")

        await run.until(run.sees("Took back"))
        await run.until(run.sees("taken back · none contradicted"))
        project = run.app.chat._project
        assert project is not None
        assert await project.memories.find(Filter(authors=("user",))) == []


@pytest.mark.anyio
async def test_a_key_of_the_strip_that_fails_leaves_what_is_typed_alone(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.type("We decided to shard by tenant because of the limits.")
        await run.until(run.sees("learned 1"))
        run.app.chat.prompt.insert("half a question")
        await run.pilot.press("ctrl+o", "u")
        await run.until(run.sees("Took back"))

        await run.pilot.press("u")

        await run.until(run.sees("taken back already"))
        assert run.app.chat.prompt.text == "half a question"


@pytest.mark.anyio
async def test_f3_shows_the_decisions_with_what_was_rejected(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.pilot.press("f3")

        await run.until(run.sees("ADR-1 Use PostgreSQL"))
        await run.settled()
        assert "MongoDB" in run.page()
        assert "1 accepted" in run.page()


@pytest.mark.anyio
async def test_an_unknown_command_is_reported_and_never_guessed(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.type("/forgt everything")

        await run.until(run.sees("/forget?"))
        assert run.app.chat.prompt.text == "/forgt everything"


@pytest.mark.anyio
@pytest.mark.parametrize("command", ["where", "doctor", "config", "adr", "search ledger"])
async def test_a_slash_command_answers_on_the_page(repository: Path, command: str) -> None:
    async with running(repository) as run:
        await learn(run)
        before = run.page()

        await run.type(f"/{command}")
        await run.idle()

        assert run.page() != before
        assert not run.app._notifications


@pytest.mark.anyio
async def test_f1_shows_the_keys_and_the_commands(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.pilot.press("f1")

        await run.until(lambda: isinstance(run.app.screen, Help))


@pytest.mark.anyio
async def test_a_theme_can_be_chosen_and_a_wrong_one_is_named(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.type("/theme high-contrast")
        await run.idle()
        await run.type("/theme pink")

        assert run.app.theme == "high-contrast"
        await run.until(run.sees("There is no theme pink."))


@pytest.mark.anyio
async def test_the_home_folder_is_refused_with_what_to_do(
    repository: Path, empty_home: Path
) -> None:
    async with running(repository, start=Start(empty_home, trust=True)) as run:
        await run.until(run.sees("never a project"))


@pytest.mark.anyio
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 45)])
async def test_the_app_fits_the_terminal(repository: Path, size: tuple[int, int]) -> None:
    async with running(repository, size=size) as run:
        await learn(run)
        await run.type("Why do we use PostgreSQL for the ledger?")
        await run.until(run.sees("From memory alone"))

        lines = run.page().splitlines()

        assert len(lines) == size[1]
        assert any("Ask, or /" in line for line in lines)


@pytest.mark.anyio
async def test_no_trust_ends_the_app_and_says_so(repository: Path) -> None:
    async with running(repository, trust=False) as run:
        await run.until(lambda: isinstance(run.app.screen, TrustQuestion))

        await run.pilot.press("n")

        await run.until(lambda: run.app.chat.farewell != "")
        assert "Nothing was read" in run.app.chat.farewell


@pytest.mark.anyio
async def test_a_paste_keeps_its_lines(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        run.app.chat.prompt.post_message(Paste("one\rtwo\r\nthree"))

        await run.until(lambda: run.app.chat.prompt.text == "one\ntwo\nthree")


@pytest.mark.anyio
async def test_a_line_break_typed_fast_stands_where_it_was_typed(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        prompt = run.app.chat.prompt

        for key, letter in (("a", "a"), ("ctrl+j", None), ("b", "b")):
            prompt.post_message(Key(key, letter))

        await run.until(lambda: prompt.text == "a\nb")


@pytest.mark.anyio
async def test_a_conversation_that_is_not_there_is_said(repository: Path) -> None:
    async with running(repository, start=Start(repository, trust=True, resume="nope")) as run:
        await run.until(run.sees("There is no conversation nope"))
        # Textual cannot prune a screen that is just being pushed: let the question come up.
        await run.until(lambda: isinstance(run.app.screen, FirstStart))


@pytest.mark.anyio
async def test_a_model_without_a_server_is_refused_with_what_to_do(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)

        await run.type("/model claude-opus-5-5")

        await run.until(run.sees("No model's server is set up"))


@pytest.mark.anyio
async def test_a_word_on_a_recalled_memory_is_told_beside_the_page_and_shown_in_the_strip(
    repository: Path,
) -> None:
    async with running(repository) as run:
        await open_strip(run)

        await run.pilot.press("down", "w")

        await run.until(run.sees("Marked wrong: ADR-1 Use PostgreSQL."))
        await run.until(run.sees("out of use"))
        assert not run.sees("Forgot")()


@pytest.mark.anyio
async def test_a_recalled_memory_is_reworded_in_a_form(repository: Path) -> None:
    async with running(repository) as run:
        await open_strip(run)

        await run.pilot.press("down", "e")
        await run.until(lambda: isinstance(run.app.screen, Form))
        await run.pilot.press(*" Indeed.", "ctrl+s")

        await run.until(run.sees("Changed:"))
        project = run.app.chat._require()
        changed = await project.memories.find(Filter(kinds=("decision",)))
        assert changed[0].text.endswith("for the ledger. Indeed.")
