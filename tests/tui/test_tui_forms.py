"""Forms, choices and confirmations: what keys do in them, and what comes back."""

from collections.abc import Sequence

import pytest
from hosting import Hosted, hosted, shown_text
from textual.screen import Screen

from featherchat_tui.asking import ChooseOne, ConfirmText, diff_content
from featherchat_tui.form import Field, Filled, Form

pytestmark = pytest.mark.anyio

FIELDS = (
    Field("Bug", "What went wrong"),
    Field("Cause", lines=2),
    Field("Scope", choices=("all", "project")),
)
DIFF = "--- a/x.md\n+++ b/x.md\n@@ -1 +1 @@\n-old [b]\n+new [red]"


async def answer_of(host: Hosted, screen: Screen[object], *keys: str) -> object:
    """What a screen answers to some keys."""
    answers: list[object] = []
    await host.app.push_screen(screen, answers.append)
    await host.settled()
    await host.press(*keys)
    (answer,) = answers
    return answer


async def test_tab_walks_the_fields_and_ctrl_s_saves() -> None:
    async with hosted() as host:
        answer = await answer_of(
            host, Form("A bug", FIELDS), *"pool", "tab", *"two", "enter", *"lines", "ctrl+s"
        )

    assert answer == Filled(("pool", "two\nlines", "all"), saved=True)


async def test_enter_leads_on_to_a_choice_and_to_the_button() -> None:
    async with hosted() as host:
        answer = await answer_of(
            host, Form("A bug", FIELDS), *"pool", "enter", "tab", "right", "enter", "enter"
        )

    assert answer == Filled(("pool", "", "project"), saved=True)


async def test_leaving_a_form_gives_back_what_was_typed() -> None:
    async with hosted() as host:
        answer = await answer_of(host, Form("A bug", FIELDS), *"pool", "escape")

    assert answer == Filled(("pool", "", "all"), saved=False)


async def test_what_memory_says_follows_what_is_typed() -> None:
    async def look(texts: tuple[str, ...]) -> Sequence[str]:
        return [f"seen {texts[0]}"] if texts[0] else []

    async with hosted() as host:
        form = Form("A bug", FIELDS, look)
        await host.app.push_screen(form)
        await host.press(*"pool")
        await host.until(lambda: "seen pool" in shown_text(form))


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_every_field_and_the_button_can_be_reached_on_a_small_screen(
    size: tuple[int, int],
) -> None:
    many = tuple(Field(f"Field {number}", lines=2) for number in range(11))
    async with hosted(width=size[0], height=size[1]) as host:
        form = Form("Many", many)
        await host.app.push_screen(form)
        await host.press("shift+tab", "shift+tab", *"last")

        assert form.texts[-1] == "last"
        assert "last" in shown_text(form)
        assert "[ Record ]" in shown_text(form)


@pytest.mark.parametrize(("key", "agreed"), [("y", True), ("n", False), ("escape", False)])
async def test_a_diff_is_agreed_to_with_y_alone(key: str, agreed: bool) -> None:
    async with hosted() as host:
        answer = await answer_of(host, ConfirmText("Write x.md?", diff_content(DIFF)), key)

    assert answer is agreed


async def test_a_diff_is_shown_as_it_stands() -> None:
    async with hosted() as host:
        screen = ConfirmText("Write x.md?", diff_content(DIFF), ["y.md has changed"])
        await host.app.push_screen(screen)
        await host.settled()

        said = shown_text(screen)

    for words in ("Write x.md?", "y.md has changed", "-old [b]", "+new [red]"):
        assert words in said


async def test_a_long_diff_scrolls() -> None:
    async with hosted() as host:
        long = "\n".join(f"+line {number}" for number in range(200))
        screen = ConfirmText("Write?", diff_content(long))
        await host.app.push_screen(screen)
        await host.press("end")
        await host.until(lambda: "+line 199" in shown_text(screen))


@pytest.mark.parametrize(("keys", "place"), [(["down", "enter"], 1), (["escape"], -1)])
async def test_one_of_a_few_ways_is_chosen(keys: list[str], place: int) -> None:
    async with hosted() as host:
        screen = ChooseOne("Before", ["It repeats ADR-7."], ["Back", "Record it"])

        assert await answer_of(host, screen, *keys) == place
