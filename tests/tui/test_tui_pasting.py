import pytest
from hosting import Hosted, hosted, shown_text
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from featherchat_tui.history import History
from featherchat_tui.pasting import Pastes
from featherchat_tui.prompt import Prompt
from featherchat_tui.prompt_box import PromptBox

LONG = "\n".join(f"line {number}" for number in range(120))
WORD = "[pasted 1: 120 lines, ^T unfolds]"


def prompt_of(host: Hosted) -> Prompt:
    return host.app.query_one(Prompt)


async def paste(host: Hosted, text: str) -> None:
    prompt_of(host).post_message(Paste(text))
    await host.settled()


@given(st.lists(st.text(alphabet="ab\n ", min_size=1, max_size=40), max_size=4), st.text("ab [p"))
def test_what_was_pasted_comes_back_whole(pasted: list[str], typed: str) -> None:
    pastes = Pastes()
    long = [one * 1_001 for one in pasted]

    prompt = typed + " ".join(pastes.fold(one) for one in long)

    assert pastes.unfold(prompt) == typed + " ".join(long)


def test_a_short_paste_is_itself_and_a_long_one_says_how_long_it_is() -> None:
    pastes = Pastes()

    assert pastes.fold("one\ntwo") == "one\ntwo"
    assert pastes.fold(LONG) == pastes.fold(LONG) == WORD
    assert pastes.fold("x" * 2_000) == "[pasted 2: 2,000 characters, ^T unfolds]"
    assert pastes.refold(f"see {LONG}!") == f"see {WORD}!"
    assert pastes.unfold("[pasted 9: 3 lines, ^T unfolds]") == "[pasted 9: 3 lines, ^T unfolds]"


@pytest.mark.anyio
async def test_a_long_paste_is_one_word_in_the_prompt_and_is_sent_whole() -> None:
    saved: list[str] = []
    async with hosted(PromptBox(history=History(save=saved.append))) as host:
        await host.press(*"see")
        await paste(host, f" {LONG}")
        await host.press("space", "o", "k")
        shown, height = prompt_of(host).text, prompt_of(host).size.height
        await host.press("enter")

        assert shown == f"see{WORD} ok"
        assert height == 1
        assert [one.text for one in host.messages(Prompt.Submitted)] == [f"see {LONG} ok"]
        assert saved == [f"see {LONG} ok"]


@pytest.mark.anyio
async def test_the_cursor_steps_over_a_paste_and_one_key_deletes_it() -> None:
    async with hosted(PromptBox()) as host:
        await host.press("a")
        await paste(host, LONG)
        await host.press("b", "left", "left", "x", "right", "backspace")

        assert prompt_of(host).text == "axb"

        await host.press("ctrl+z")

        assert prompt_of(host).whole_text == f"ax{LONG}b"


@pytest.mark.anyio
async def test_ctrl_t_unfolds_a_paste_and_a_prompt_that_comes_back_is_folded_again() -> None:
    async with hosted(PromptBox(), height=30) as host:
        await paste(host, LONG)
        await host.press("ctrl+t")
        unfolded = prompt_of(host).text
        prompt_of(host).replace_text(f"{LONG}!")
        await host.settled()

        assert unfolded == LONG
        assert prompt_of(host).text == f"{WORD}!"
        assert WORD in shown_text(prompt_of(host))
