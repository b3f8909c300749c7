"""Palette, settings and keys on a real project."""

from pathlib import Path

import pytest
from driving import learn, make_repository, running
from textual.command import CommandPalette

from featherchat.config import load_config
from featherchat_tui.screens.decay import DecayScreen
from featherchat_tui.screens.settings import SettingsScreen


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.mark.anyio
async def test_the_palette_finds_a_memory_and_reads_it(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.pilot.press("ctrl+p")
        await run.until(lambda: isinstance(run.app.screen, CommandPalette))
        await run.until(run.sees("/search"))

        await run.pilot.press(*"postgresql")
        await run.until(run.sees("● ADR-1 Use PostgreSQL"))
        await run.pilot.press("enter")

        await run.until(lambda: run.app.screen is run.app.chat)
        await run.until(run.sees("We use PostgreSQL for the ledger."))


@pytest.mark.anyio
async def test_a_command_that_needs_words_is_put_into_the_prompt(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.pilot.press("ctrl+p")
        await run.until(run.sees("/search"))

        await run.pilot.press(*"/remember")
        await run.until(lambda: "/remember" in run.page() and "/edit" not in run.page())
        await run.pilot.press("enter")

        await run.until(lambda: run.app.chat.prompt.text == "/remember ")


@pytest.mark.anyio
async def test_f2_changes_a_setting_in_the_persons_own_file(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.pilot.press("f2")
        await run.until(lambda: isinstance(run.app.screen, SettingsScreen))
        await run.pilot.press("slash", *"animations", "enter")
        await run.until(run.sees("1 setting"))

        await run.pilot.press("enter")
        await run.until(run.sees("app.animations"))
        await run.pilot.press(*["backspace"] * 4, *"maybe", "ctrl+s")
        await run.until(run.sees("true or false"))
        await run.pilot.press(*["backspace"] * 5, *"false", "ctrl+s")

        await run.until(run.sees("your file"))
        await run.settled()
        assert run.app.animation_level == "none"
    file = repository.parent / "config" / "config.toml"
    assert load_config(file, None, {}).app.animations is False


@pytest.mark.anyio
async def test_a_persons_key_opens_what_it_is_for(repository: Path) -> None:
    folder = repository.parent / "config"
    folder.mkdir()
    (folder / "keys.toml").write_text('[keys]\ndecay = "f9"\nhelp = "f3"\n')
    async with running(repository) as run:
        await run.until(run.sees("decisions has it."))
        await learn(run)

        await run.pilot.press("f9")

        await run.until(lambda: isinstance(run.app.screen, DecayScreen))


@pytest.mark.anyio
async def test_the_app_names_a_persons_keys_and_each_leads_there_and_back(repository: Path) -> None:
    folder = repository.parent / "config"
    folder.mkdir()
    keys = '[keys]\ndecay = "f9"\nhelp = "f10"\npalette = "shift+f5"\nleave = "f12"\nfind = "f8"\n'
    (folder / "keys.toml").write_text(keys)
    async with running(repository) as run:
        await learn(run)
        await run.settled()
        assert "F10 help" in run.page()

        await run.pilot.press("f10")
        await run.until(run.sees("leave, when nothing is typed"))
        shown = " ".join(run.page().split())
        assert "shift+F5 commands, memories" in shown
        assert "F8 find in the conversation" in shown
        assert "^P" not in shown
        await run.pilot.press("f10", "ctrl+p", "f9")
        await run.until(lambda: isinstance(run.app.screen, DecayScreen))
        await run.pilot.press("f9")
        await run.until(lambda: run.app.screen is run.app.chat)
        await run.pilot.press("shift+f5")
        await run.until(run.sees("/search"))
        await run.pilot.press("escape", "ctrl+q")
        await run.until(lambda: run.app.screen is run.app.chat)
        await run.settled()
        assert run.app.is_running

        await run.pilot.press("f12")
        await run.until(lambda: not run.app.is_running)


@pytest.mark.anyio
async def test_keys_are_named_as_they_arrive_and_do_nothing_else(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.type("/keys")
        await run.until(run.sees("What your terminal sends"))

        await run.pilot.press("f4", "ctrl+j")
        await run.until(run.sees("f4 · ctrl+j"))
        await run.pilot.press("escape", "escape")

        await run.until(lambda: run.app.screen is run.app.chat)
