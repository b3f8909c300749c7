import asyncio

import pytest
from hosting import feed, hosted, shown_text
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

from featherchat_tui.markdown import Fence, SafeMarkdown, StreamedMarkdown, host_of

CODE = "def connect():\n    return pool"


def styles_of(fence: Fence) -> int:
    """How many different styles the code is drawn in."""
    label = fence.query_one("#code-content")
    return len(
        {style for strip in label.render_lines(label.region.reset_offset) for _, style, _ in strip}
    )


@pytest.mark.anyio
async def test_code_stays_plain_while_it_grows_and_is_colored_once_it_is_closed() -> None:
    markdown = StreamedMarkdown()
    async with hosted(markdown) as host:
        await feed(host, markdown, f"Look:\n\n```python\n{CODE}\n")
        fence = markdown.query_one(Fence)
        open_styles, open_code = styles_of(fence), fence.code

        await feed(host, markdown, "```\n\nThat is all.")
        await host.until(lambda: styles_of(fence) > open_styles)

        assert open_code == CODE
        assert fence is markdown.query_one(Fence)
        assert fence.colored == CODE


@pytest.mark.anyio
async def test_code_that_is_never_closed_is_colored_when_the_answer_ends() -> None:
    markdown = StreamedMarkdown()
    async with hosted(markdown) as host:
        await feed(host, markdown, f"```python\n{CODE}")
        fence = markdown.query_one(Fence)
        before = fence.colored

        await markdown.finish()

        assert before is None
        assert fence.colored == CODE


@pytest.mark.anyio
async def test_a_long_block_of_code_stays_plain() -> None:
    code = "\n".join(f"line_{number} = {number}" for number in range(2_001))
    async with hosted(SafeMarkdown(f"```python\n{code}\n```")) as host:
        await host.settled()

        assert host.app.query_one(Fence).colored is None


@pytest.mark.anyio
async def test_a_text_looks_the_same_streamed_and_whole() -> None:
    text = f"# Title\n\nWords **bold**\n\n```python\n{CODE}\n```\n\n- one\n- two\n\n> said\n\nend"
    streamed, whole = StreamedMarkdown(), SafeMarkdown(text)
    async with hosted(streamed, whole, height=60) as host:
        for place in range(0, len(text), 3):
            await feed(host, streamed, text[place : place + 3])
        await streamed.finish()
        await host.settled()

        assert shown_text(streamed).split() == shown_text(whole).split()


@pytest.mark.anyio
async def test_pieces_that_come_faster_than_they_are_drawn_are_drawn_together() -> None:
    markdown = StreamedMarkdown()
    async with hosted(markdown) as host:
        for _ in range(200):
            markdown.feed("word ")
        await markdown.finish()
        await host.settled()

        assert markdown.source == "word " * 200
        assert len(host.messages(StreamedMarkdown.Grown)) <= 2


@pytest.mark.anyio
async def test_a_fault_in_the_parser_shows_the_answer_as_it_is() -> None:
    def faulty() -> MarkdownIt:
        def fail(state: StateCore) -> None:
            if "boom" in state.src:
                raise IndexError("a fault")

        parser = MarkdownIt("gfm-like")
        parser.core.ruler.push("faulty", fail)
        return parser

    markdown = StreamedMarkdown(parser_factory=faulty)
    async with hosted(markdown) as host:
        await feed(host, markdown, "Good words.\n\n")
        markdown.feed("Then **boom**")
        await host.until(lambda: "boom" in shown_text(markdown))
        markdown.feed(" and more")
        await markdown.finish()
        await host.settled()

        assert "Good words.\n\nThen **boom** and more" in shown_text(markdown)


@pytest.mark.anyio
async def test_a_link_shows_its_host_and_only_asks() -> None:
    text = "[the docs](https://evil.example/x) and https://a.example/y"
    markdown = SafeMarkdown(text)
    async with hosted(markdown) as host:
        await host.pilot.click(markdown, offset=(2, 0))
        await host.settled()

        assert "the docs (evil.example) and https://a.example/y" in shown_text(markdown)
        assert [one.url for one in host.messages(SafeMarkdown.LinkChosen)] == [
            "https://evil.example/x"
        ]


@pytest.mark.anyio
async def test_other_links_images_and_html_stay_as_they_were_written() -> None:
    text = "[a](file:///etc/passwd) [b](javascript:x) ![c](http://h/i.png) <T> pool.py"
    async with hosted(SafeMarkdown(text)) as host:
        await host.settled()
        said = shown_text(host.app.screen)

        assert "[a](file:///etc/passwd) [b](javascript:x)" in said
        assert "!c (h)" in said
        assert "<T> pool.py" in said
        assert "http://pool.py" not in said


@pytest.mark.anyio
async def test_an_entity_cannot_bring_in_what_the_gate_keeps_out() -> None:
    async with hosted(SafeMarkdown("a&#x202E;b `&#27;` &#12;c")) as host:
        await host.settled()

        assert "a⟦U+202E⟧b" in shown_text(host.app.screen)


@pytest.mark.anyio
async def test_the_cells_of_a_table_have_no_tooltips_that_would_be_read_as_markup() -> None:
    async with hosted(SafeMarkdown("| a |\n|---|\n| [/nope] |\n")) as host:
        await host.settled()

        assert "[/nope]" in shown_text(host.app.screen)
        assert all(widget.tooltip is None for widget in host.app.query("*"))


@pytest.mark.anyio
async def test_a_theme_that_turns_light_colors_code_anew_and_nothing_else_does() -> None:
    async with hosted(SafeMarkdown(f"```python\n{CODE}\n```")) as host:
        fence = host.app.query_one(Fence)
        await host.until(lambda: styles_of(fence) > 1)

        host.app.theme = "textual-light"
        await host.settled()
        await asyncio.sleep(0)

        await host.until(lambda: styles_of(fence) > 1)


def test_only_web_addresses_have_a_host() -> None:
    assert host_of("https://user@docs.example:8443/x") == "docs.example"
    assert host_of("http://[::1") == ""
    assert host_of("javascript:alert(1)") == ""


@pytest.mark.anyio
async def test_tabs_in_code_are_spaces_before_it_is_colored() -> None:
    text = SafeMarkdown("```go\nfunc a() {\n\treturn 1\n}\n```\n")
    async with hosted(text) as host:
        await host.until(lambda: "    return 1" in shown_text(text))
