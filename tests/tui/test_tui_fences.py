import random

import pytest
from hosting import Hosted, feed, hosted, shown_text
from textual.content import Content
from textual.geometry import Region
from textual.selection import SELECT_ALL

from featherchat_tui.code_lines import CUT, CodeLines
from featherchat_tui.fences import Fence
from featherchat_tui.markdown import SafeMarkdown, StreamedMarkdown

CODE = "def connect():\n    return pool"
TEXTS = [
    "Look:\n\n```python\ndef a():\n\treturn 1\n\n\nb = 2\n```\n\nThat is all.\n",
    "~~~~\n~~~\n```\nx = `y`\n~~~~\nend",
    "  ```\n    indented\n  ```\nafter",
    "- one\n\n  ```js\n  let a = 1\n  ```\n\n- two\n",
    "```\na\n``` no end\n```\n```\nopen, then\n\n\n",
]


def drawn(host: Hosted) -> list[str]:
    """The lines of the screen, cut where it ends."""
    lines = host.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


@pytest.mark.anyio
async def test_a_block_that_grows_is_shown_before_the_parser_has_read_it_again() -> None:
    markdown = StreamedMarkdown()
    async with hosted(markdown) as host:
        await feed(host, markdown, f"```python\n{CODE}")
        fence = markdown.query_one(Fence)

        await feed(host, markdown, "s[0]\n\tdone\n")
        shown, parsed = shown_text(fence.query_one(CodeLines)), fence.code
        await markdown.finish()

        assert shown.splitlines()[-2:] == ["      return pools[0]", "      done"]
        assert parsed == CODE
        assert fence.code == f"{CODE}s[0]\n    done"


@pytest.mark.anyio
@pytest.mark.parametrize("text", TEXTS)
async def test_code_looks_the_same_however_it_is_cut(text: str) -> None:
    chance = random.Random(text)
    whole, streamed = SafeMarkdown(text), StreamedMarkdown()
    async with hosted(whole, streamed, height=60) as host:
        place = 0
        while place < len(text):
            size = chance.randint(1, 5)
            await feed(host, streamed, text[place : place + size])
            place += size
        await streamed.finish()
        await host.settled()

        assert shown_text(streamed) == shown_text(whole)


@pytest.mark.anyio
async def test_lines_of_code_grow_without_wrapping_and_hide_blank_ends() -> None:
    lines = CodeLines(Content("one\n"))
    async with hosted(lines, width=20) as host:
        heights = [lines.size.height]
        lines.extend(["", "", "a line that is longer than the terminal"])
        await host.settled()
        heights.append(lines.size.height)
        lines.extend(["two", ""])
        await host.settled()
        heights.append(lines.size.height)

        assert heights == [1, 4, 4]
        assert lines.get_selection(SELECT_ALL) == ("one\n\n\ntwo", "\n")


@pytest.mark.anyio
async def test_a_line_of_code_beyond_the_edge_ends_in_a_sign_until_one_scrolls_there() -> None:
    fence = SafeMarkdown("```\nshort\n0123456789abcdefghij\n```")
    async with hosted(fence, width=16) as host:
        cut = drawn(host)
        fence.query_one(Fence).scroll_to(x=20, animate=False)
        await host.settled()
        scrolled = drawn(host)

        assert cut[:2] == ["  short", "  0123456789abc›"]
        assert scrolled[1].endswith("fghij")
        assert CUT not in "".join(scrolled)


@pytest.mark.anyio
async def test_selected_code_is_marked() -> None:
    lines = CodeLines(Content("one\ntwo"))
    async with hosted(lines) as host:
        plain = lines.render_lines(Region(0, 0, 10, 2))
        host.app.screen.selections = {lines: SELECT_ALL}
        await host.settled()

        assert [strip.text for strip in lines.render_lines(Region(0, 0, 10, 2))] == [
            strip.text for strip in plain
        ]
        assert lines.render_lines(Region(0, 0, 10, 2)) != plain


@pytest.mark.anyio
async def test_colors_that_come_for_a_block_that_goes_do_no_harm() -> None:
    markdown = SafeMarkdown("```python\na = 1\n```")
    async with hosted(markdown) as host:
        fence = markdown.query_one(Fence)
        await fence.query_one(CodeLines).remove()

        fence.set_content(Content("a = 1"))
        await host.settled()

        assert fence.is_running


@pytest.mark.anyio
async def test_code_that_was_removed_can_still_be_drawn_until_the_next_layout() -> None:
    lines = CodeLines(Content(CODE))
    async with hosted(lines) as host:
        await host.settled()
        await lines.remove()

        strips = lines.render_lines(Region(0, 0, 20, 2))

    assert [strip.cell_length for strip in strips] == [20, 20]
