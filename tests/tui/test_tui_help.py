import pytest
from hosting import hosted, shown_text

from featherchat_tui.help import Help
from featherchat_tui.values import Completion, KeyHelp

KEYS = [KeyHelp("F1", "help"), KeyHelp("^J", "new line", "Prompt"), KeyHelp("F3", "decisions")]


@pytest.mark.anyio
async def test_help_lists_keys_by_place_and_commands_and_closes() -> None:
    async with hosted() as host:
        await host.app.push_screen(Help(KEYS, [Completion("/search", "what is remembered")]))
        await host.settled()
        lines = [" ".join(line.split()) for line in shown_text(host.app.screen).splitlines()]
        said = [line for line in lines if line]
        await host.press("f1")

        begin = said.index("Everywhere")
        assert said[begin : begin + 3] == ["Everywhere", "F1 help", "F3 decisions"]
        assert "^J new line" in said
        assert "/search what is remembered" in said
        assert not isinstance(host.app.screen, Help)
