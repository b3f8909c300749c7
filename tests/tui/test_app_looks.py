"""Themes, panes and their memory: how the app looks, and that it stays as it was left."""

from pathlib import Path

import pytest
from driving import learn, make_repository, running
from test_tui_theming import MINIMAL

from featherchat.config import load_config
from featherchat_tui.layout_file import Layout, LayoutFile
from featherchat_tui.opening import Start
from tests.hostile import ANY_CONTROL


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path)


@pytest.mark.anyio
async def test_a_theme_is_looked_at_on_the_page_and_kept_in_the_settings(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.type("/theme")
        await run.until(run.sees("↵ keep"))

        await run.pilot.press("end")
        await run.until(lambda: run.app.theme == "paper")
        await run.pilot.press("enter")
        await run.until(lambda: run.app.screen is run.app.chat)
        await run.idle()

    settings = repository.parent / "config" / "config.toml"
    assert load_config(settings, None, {}).app.theme == "paper"


@pytest.mark.anyio
async def test_escape_leaves_the_theme_as_it_was(repository: Path) -> None:
    async with running(repository) as run:
        await learn(run)
        await run.type("/theme")
        await run.until(run.sees("↵ keep"))

        await run.pilot.press("end")
        await run.until(lambda: run.app.theme == "paper")
        await run.pilot.press("escape")

        await run.until(lambda: run.app.theme == "feather")


@pytest.mark.anyio
async def test_a_persons_theme_is_taken_over_while_the_app_runs(repository: Path) -> None:
    folder = repository.parent / "config" / "themes"
    folder.mkdir(parents=True)
    async with running(repository) as run:
        await learn(run)
        (folder / "mine.toml").write_text(MINIMAL)
        await run.until(lambda: "mine" in run.app.available_themes)
        await run.type("/theme mine")
        await run.until(lambda: run.app.theme == "mine")

        (folder / "mine.toml").write_text(MINIMAL.replace("#17191b", "#221100"))
        await run.until(lambda: run.app.current_theme.background == "#221100")
        (folder / "broken.toml").write_text("colors = 3")

        await run.until(run.sees("broken.toml: colors must be"))


@pytest.mark.anyio
async def test_what_is_said_of_a_hostile_file_is_only_text(repository: Path) -> None:
    folder = repository.parent / "config" / "themes"
    folder.mkdir(parents=True)
    (folder / "a\x1b]0;PWNED\x07[red]b.toml").write_text("colors = 3")
    async with running(repository) as run:
        await run.until(run.sees("a[red]b.toml: colors must be a table."))

        assert not ANY_CONTROL.search(run.page())


@pytest.mark.anyio
async def test_the_pane_is_as_wide_and_as_open_as_it_was_left(repository: Path) -> None:
    async with running(repository, size=(160, 45)) as run:
        await learn(run)
        await run.pilot.press("f3")
        await run.until(run.sees("1 accepted"))
        await run.pilot.press("<", "<")
        await run.until(lambda: run.app.chat.pane.outer_size.width == 56)
        await run.pilot.mouse_down(run.app.chat.pane, offset=(0, 5))
        await run.pilot.hover(run.app.chat.pane, offset=(6, 5))
        await run.pilot.mouse_up(run.app.chat.pane, offset=(0, 5))
        await run.until(lambda: run.app.chat.pane.outer_size.width == 50)

    async with running(repository, size=(160, 45), start=Start(repository, trust=True)) as again:
        await again.until(again.sees("1 accepted"))
        assert again.app.chat.pane.outer_size.width == 50


@pytest.mark.anyio
async def test_nothing_moves_and_nothing_is_colored_where_that_is_wanted(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(repository, animations=False) as run:
        await learn(run)

        assert run.app.animation_level == "none"
        assert run.app.no_color


@pytest.mark.parametrize("text", ["", "[]", '{"pane_width": "wide"}', "{"])
def test_a_broken_layout_is_the_first_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "layout.json").write_text(text)

    assert LayoutFile(tmp_path / "layout.json").load() == Layout()


def test_a_layout_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    file = LayoutFile(tmp_path / "new" / "layout.json")

    file.save(Layout(64, True))

    assert file.load() == Layout(64, True)
