import pytest
from hosting import hosted
from textual.containers import VerticalGroup
from textual.events import Resize
from textual.widgets import Static


@pytest.mark.anyio
async def test_a_removed_widget_under_the_mouse_cannot_be_selected() -> None:
    static = Static("words")
    async with hosted(static) as host:
        found, _ = host.app.screen.get_widget_and_offset_at(1, 0)
        with host.app.batch_update():
            await static.remove()
            gone = host.app.screen.get_widget_and_offset_at(1, 0)

        assert found is static
        assert gone == (None, None)


@pytest.mark.anyio
async def test_a_block_grows_with_its_lines_also_when_the_one_below_changes_with_it() -> None:
    lines, below = Static("one"), Static("below")
    block = VerticalGroup(lines)
    page = VerticalGroup(block, below)
    page.styles.layout = "stream"
    async with hosted(page) as host:
        with host.app.batch_update():
            lines.update("one\ntwo\nthree")
            below.update("below\nit")
            await host.pilot.pause()
        await host.settled()

        assert (lines.size.height, block.size.height) == (3, 3)


@pytest.mark.anyio
async def test_a_screen_is_laid_out_for_a_new_size_but_not_again_for_the_same() -> None:
    static = Static("words")
    async with hosted(static, width=80, height=24) as host:
        await host.pilot.resize_terminal(60, 24)
        await host.settled()
        layouts: list[object] = []
        screen = host.app.screen
        screen.screen_layout_refresh_signal.subscribe(screen, layouts.append, immediate=True)
        screen.post_message(Resize(screen.size, screen.size))
        await host.settled()

        assert static.size.width == 60
        assert layouts == []
