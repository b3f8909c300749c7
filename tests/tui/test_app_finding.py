"""Finding in the conversation and writing in another program, in the whole app."""

from pathlib import Path

import pytest
from driving import learn, make_repository, running


@pytest.mark.anyio
async def test_ctrl_f_finds_in_the_conversation_and_escape_goes_back_to_the_prompt(
    tmp_path: Path,
) -> None:
    async with running(make_repository(tmp_path), ["Because of **ADR-1**.", "{}"]) as run:
        await learn(run)
        await run.type("Why PostgreSQL?")
        await run.until(run.sees("Because of ADR-1."))
        await run.idle()

        await run.pilot.press("ctrl+f", *"because")
        await run.until(run.sees("1 of 1"))
        await run.pilot.press("escape", "x")

        await run.settled()
        assert run.app.chat.prompt.text == "x"


@pytest.mark.anyio
async def test_a_terminal_that_cannot_be_given_to_an_editor_costs_nothing(tmp_path: Path) -> None:
    async with running(make_repository(tmp_path)) as run:
        await learn(run)
        run.app.chat.prompt.insert("half a quest")

        await run.pilot.press("ctrl+g")

        await run.until(run.sees("cannot be given to the editor"))
        assert run.app.chat.prompt.text == "half a quest"
