import pytest
from hosting import Hosted, hosted, shown_text
from textual.events import Paste

from featherchat.errors import StoreError
from featherchat_tui.completion import CompletionPopup
from featherchat_tui.history import History
from featherchat_tui.prompt import Move, Prompt
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.values import Completion

COMMANDS = [Completion("/search", "what is remembered"), Completion("/help", "keys")]
FILES = [Completion("@src/pool.py", "file"), Completion("@ADR-12", "decision")]


async def complete(typed: str) -> list[Completion]:
    return [one for one in FILES if typed in one.text]


def a_box(history: History | None = None) -> PromptBox:
    return PromptBox(
        commands=COMMANDS,
        complete=complete,
        history=history,
    )


def prompt_of(host: Hosted) -> Prompt:
    return host.app.query_one(Prompt)


def popup_of(host: Hosted) -> CompletionPopup:
    return host.app.query_one(CompletionPopup)


def sent(host: Hosted) -> list[tuple[str, bool]]:
    return [(one.text, one.command) for one in host.messages(Prompt.Submitted)]


async def paste(host: Hosted, text: str) -> None:
    prompt_of(host).post_message(Paste(text))
    await host.settled()


@pytest.mark.anyio
async def test_enter_sends_and_ctrl_j_begins_a_new_line() -> None:
    saved: list[str] = []
    async with hosted(a_box(History(save=saved.append))) as host:
        await host.press(*"one", "ctrl+j", *"two", "enter")

        assert sent(host) == [("one\ntwo", False)]
        assert prompt_of(host).text == ""
        assert saved == ["one\ntwo"]


@pytest.mark.anyio
async def test_an_empty_prompt_sends_nothing() -> None:
    async with hosted(a_box()) as host:
        await host.press("space", "enter")

        assert sent(host) == []


@pytest.mark.anyio
async def test_the_prompt_grows_to_eight_lines() -> None:
    async with hosted(a_box()) as host:
        heights = [prompt_of(host).size.height]
        for _ in range(11):
            await host.press("ctrl+j")
            heights.append(prompt_of(host).size.height)

        assert heights[:3] == [1, 2, 3]
        assert heights[-1] == 8


@pytest.mark.anyio
async def test_up_and_down_walk_the_history_and_come_back_to_the_draft() -> None:
    async with hosted(a_box(History(load=lambda: ["old", "new\nlines"]))) as host:
        prompt = prompt_of(host)
        seen = []
        await host.press(*"draft")
        for key in ("up", "up", "up", "down", "down"):
            await host.press(key)
            seen.append(prompt.text)

        assert seen == ["new\nlines", "new\nlines", "old", "new\nlines", "draft"]


@pytest.mark.anyio
async def test_what_is_put_in_to_be_completed_leaves_the_draft_in_the_history() -> None:
    async with hosted(a_box()) as host:
        prompt = prompt_of(host)
        await host.press(*"a draft")

        prompt.begin("/adr link m:1 ")
        begun = prompt.text
        await host.press("up")

        assert begun == "/adr link m:1 "
        assert prompt.text == "a draft"


@pytest.mark.anyio
async def test_up_moves_within_a_wrapped_line_first() -> None:
    async with hosted(a_box(History(load=lambda: ["old"])), width=30) as host:
        await host.press(*("word " * 8).replace(" ", "_"))
        await host.press("up")
        first = prompt_of(host).text

        await host.press("up")

        assert first.startswith("word_")
        assert prompt_of(host).text == "old"


@pytest.mark.anyio
async def test_tab_completes_a_command_and_enter_then_runs_it() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"/se")
        offered = shown_text(popup_of(host))
        await host.press("tab")
        completed = prompt_of(host).text
        await host.press(*"pool", "enter")

        assert "/search  what is remembered" in offered
        assert completed == "/search "
        assert sent(host) == [("/search pool", True)]


@pytest.mark.anyio
async def test_enter_on_a_part_of_a_command_completes_it_and_runs_nothing() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"/elp", "enter")

        assert prompt_of(host).text == "/help "
        assert sent(host) == []


@pytest.mark.anyio
async def test_enter_on_a_whole_command_runs_it_at_once() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"/help", "enter")

        assert sent(host) == [("/help", True)]


@pytest.mark.anyio
async def test_an_unknown_command_is_handed_on_to_be_reported() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"/frob", "enter")

        assert sent(host) == [("/frob", True)]


@pytest.mark.anyio
async def test_a_pasted_slash_is_text() -> None:
    async with hosted(a_box()) as host:
        await paste(host, "/help")
        shown = popup_of(host).shown
        await host.press("enter")

        assert not shown
        assert sent(host) == [("/help", False)]


@pytest.mark.anyio
async def test_what_is_pasted_passes_the_gate() -> None:
    async with hosted(a_box()) as host:
        await paste(host, "a\x1b]52;c;aGk=\x07b\x9b31mc\r\nd")

        assert prompt_of(host).text == "abc\nd"


@pytest.mark.anyio
async def test_mentions_that_cannot_be_looked_up_say_why_and_leave_the_prompt() -> None:
    async def fail(typed: str) -> list[Completion]:
        raise StoreError("The memory is locked.", hint="Close the other program.")

    async with hosted(PromptBox(commands=COMMANDS, complete=fail)) as host:
        await host.press(*"see @sr")
        await host.settled()

        said = [notice.message for notice in host.app._notifications]
        assert said and set(said) == {"The memory is locked. Close the other program."}
        assert prompt_of(host).text == "see @sr"


@pytest.mark.anyio
async def test_a_mention_is_completed_in_the_middle_of_a_sentence() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"see @po")
        await host.until(lambda: popup_of(host).shown)
        await host.press("tab")

        assert prompt_of(host).text == "see @src/pool.py "


@pytest.mark.anyio
async def test_escape_hides_the_list_first_and_cancels_then() -> None:
    async with hosted(a_box()) as host:
        await host.press("slash", "escape")
        hidden, cancelled = popup_of(host).shown, len(host.messages(Prompt.Cancelled))
        await host.press("escape")

        assert (hidden, cancelled) == (False, 0)
        assert len(host.messages(Prompt.Cancelled)) == 1
        assert prompt_of(host).text == "/"


@pytest.mark.anyio
async def test_the_list_is_walked_with_the_arrows_and_stands_above_the_prompt() -> None:
    async with hosted(a_box()) as host:
        await host.press("slash", "down")
        popup = popup_of(host)

        assert popup.chosen == COMMANDS[1]
        assert popup.region.bottom == prompt_of(host).region.y


@pytest.mark.anyio
async def test_a_click_picks_a_completion() -> None:
    async with hosted(a_box()) as host:
        await host.press("slash")
        await host.pilot.click(CompletionPopup, offset=(4, 2))
        await host.settled()

        assert prompt_of(host).text == "/help "


@pytest.mark.anyio
async def test_ctrl_r_finds_an_earlier_prompt_and_escape_gives_the_draft_back() -> None:
    async with hosted(a_box(History(load=lambda: ["run tests", "why?"]))) as host:
        await host.press("ctrl+r", *"run", "enter")
        found = prompt_of(host).text
        await host.press("ctrl+r", *"zzz", "escape")

        assert found == "run tests"
        assert prompt_of(host).text == "run tests"
        assert sent(host) == []


@pytest.mark.anyio
async def test_a_search_without_a_match_sends_nothing() -> None:
    async with hosted(a_box(History(load=lambda: ["why?"]))) as host:
        await host.press("ctrl+r", *"zzz", "enter")

        assert sent(host) == []


@pytest.mark.anyio
async def test_ctrl_c_copies_then_clears_into_the_history_then_interrupts() -> None:
    saved: list[str] = []
    async with hosted(a_box(History(save=saved.append))) as host:
        await host.press(*"word", "shift+left", "ctrl+c")
        copied = [one.text for one in host.messages(Prompt.Copied)]
        await host.press("right", "ctrl+c")
        cleared = prompt_of(host).text
        interrupted = len(host.messages(Prompt.Interrupted))
        await host.press("ctrl+c")

        assert copied == ["d"]
        assert (cleared, saved, interrupted) == ("", ["word"], 0)
        assert len(host.messages(Prompt.Interrupted)) == 1


@pytest.mark.anyio
async def test_ctrl_d_deletes_in_a_text_and_asks_to_exit_in_an_empty_prompt() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"ab", "home", "ctrl+d")
        left, asked = prompt_of(host).text, len(host.messages(Prompt.ExitAsked))
        await host.press("ctrl+d", "ctrl+d")

        assert (left, asked) == ("b", 0)
        assert len(host.messages(Prompt.ExitAsked)) == 1


@pytest.mark.anyio
async def test_page_keys_scroll_the_conversation_and_home_only_when_nothing_is_typed() -> None:
    async with hosted(a_box()) as host:
        await host.press("pageup", "end", "x", "home")

        assert [one.to for one in host.messages(Prompt.Scrolled)] == [Move.PAGE_UP, Move.END]


@pytest.mark.anyio
async def test_the_function_keys_of_the_panes_do_not_select_text() -> None:
    async with hosted(a_box()) as host:
        await host.press(*"word", "f6", "f7")

        assert prompt_of(host).selected_text == ""


@pytest.mark.anyio
@pytest.mark.parametrize(("width", "hint"), [(80, "^J newline"), (60, "↵ ^J esc")])
async def test_hints_shrink_to_keys(width: int, hint: str) -> None:
    async with hosted(a_box(), width=width) as host:
        assert hint in shown_text(host.app.screen)


@pytest.mark.anyio
async def test_a_completion_stands_on_one_line_however_narrow_the_screen_is() -> None:
    long = [Completion("/deployment", "What went where and when, and all the rest of it" * 2)]
    async with hosted(PromptBox(commands=long), width=60, height=20) as host:
        await host.press("/")
        lines = shown_text(popup_of(host)).splitlines()

    assert len(lines) == 3
    assert "…" in lines[1]
