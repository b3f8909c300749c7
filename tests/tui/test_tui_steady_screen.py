import pytest
from hosting import hosted
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
