import pytest
from hosting import hosted
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Static

from featherchat_tui.bare import Bare
from featherchat_tui.blocks import PromptBlock
from featherchat_tui.code_lines import MOST_KEPT, CodeLines


def _colors(strips: list[Strip]) -> set[str]:
    segments = [segment for strip in strips for segment in strip]
    return {str(each.style.bgcolor) for each in segments if each.style is not None}


@pytest.mark.anyio
async def test_a_bare_container_has_its_background_and_no_text() -> None:
    bare = Bare(Static("words"))
    bare.styles.background = "#102030"
    async with hosted(bare, width=20):
        lines = bare.render_lines(Region(0, 0, 20, 1))

        assert [line.text for line in lines] == [" " * 20]
        assert "#102030" in next(iter(_colors(lines)))


@pytest.mark.anyio
async def test_a_bare_container_has_no_colors_where_there_are_to_be_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    bare = Bare(Static("words"))
    bare.styles.background = "#a02030"
    async with hosted(bare):
        (color,) = _colors(bare.render_lines(Region(0, 0, 20, 1)))

        red, green, blue = (color[place : place + 2] for place in (8, 10, 12))
        assert red == green == blue


@pytest.mark.anyio
async def test_a_chosen_block_has_an_edge_and_another_has_none() -> None:
    block = PromptBlock("Why?", 0.0)
    async with hosted(block) as host:
        before = block.render_lines(Region(0, 0, 10, 1))[0].text
        block.add_class("-chosen")
        await host.settled()

        assert before.strip() == ""
        assert block.render_lines(Region(0, 0, 10, 1))[0].text.strip() != ""


@pytest.mark.anyio
async def test_code_is_drawn_anew_when_the_theme_or_the_text_changes() -> None:
    lines = CodeLines(Content("one"))
    async with hosted(lines) as host:
        shown = [lines.render_lines(Region(0, 0, 10, 1))[0]]
        host.app.theme = "textual-light"
        await host.settled()
        shown.append(lines.render_lines(Region(0, 0, 10, 1))[0])
        lines.extend(["ones"])
        await host.settled()
        shown.append(lines.render_lines(Region(0, 0, 10, 1))[0])

        assert [line.text.strip() for line in shown] == ["one", "one", "ones"]
        assert shown[0] != shown[1]


@pytest.mark.anyio
async def test_code_of_any_length_keeps_a_few_drawn_lines_and_shows_the_right_ones() -> None:
    count = 3 * MOST_KEPT
    lines = CodeLines(Content("\n".join(f"line {number}" for number in range(count))))
    async with hosted(lines):
        for top in range(0, count, 20):
            drawn = lines.render_lines(Region(2, top, 20, 20))

            assert [strip.text.strip() for strip in drawn] == [
                f"line {number}" for number in range(top, top + 20)
            ]
