import asyncio
from collections.abc import Sequence
from itertools import cycle

import pytest
from hosting import feed, hosted
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from picturing import Shot, shot
from textual.geometry import Offset
from textual.selection import SELECT_ALL, Selection

from featherchat_tui.fences import Fence
from featherchat_tui.markdown import SafeMarkdown, StillMarkdown, StreamedMarkdown
from featherchat_tui.passages import PassageBlock

ALL = (
    "# Title\n\nWords **bold**, `code`, *em*, ~~s~~ and [x](https://a.example/c)  \nhard break\n\n"
    "- one two three four five six seven eight\n- two\n  - nested **b**\n    - deep\n\n  more\n\n"
    "9. nine\n10. ten\n\n    of two\n11. - a list in a list\n\n### three\n> said\n\n"
    "```python\nx = 1\n```\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n---\n\n- with\n\n  ```\n  code\n  ```\n"
)
SETEXT = "A title that is underlined\n---"
WORDS = st.lists(
    st.sampled_from(["a", "word", "**bold**", "`code`", "日本語", "*e*", "longer-than-a-row"]),
    min_size=1,
    max_size=8,
).map(" ".join)
BLOCKS = st.one_of(
    WORDS,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "####"]), WORDS),
    st.lists(
        st.builds("{} {}".format, st.sampled_from(["-", "  -", "    -"]), WORDS), max_size=4
    ).map("\n".join),
    st.lists(
        st.builds("{} {}".format, st.sampled_from(["8.", "   1.", "   -"]), WORDS), max_size=4
    ).map("\n".join),
    st.sampled_from(["> said", "```\ncode\n```", "---"]),
)


async def both(text: str, width: int, theme: str = "textual-dark") -> list[Shot]:
    """What a person sees of a text in few widgets and in many."""
    widgets = (StillMarkdown(text), SafeMarkdown(text))
    async with hosted(*widgets, width=width, height=300) as host:
        host.app.theme = theme
        await host.pilot.pause()
        all_ = shot(host.app)
        rows = [slice(widget.region.y, widget.region.bottom) for widget in widgets]
        return [Shot(all_.text[each], all_.styles[each]) for each in rows]


@pytest.mark.anyio
@pytest.mark.parametrize(("width", "theme"), [(80, "textual-dark"), (30, "textual-light")])
async def test_a_text_looks_the_same_with_few_widgets_as_with_many(width: int, theme: str) -> None:
    few, many = await both(ALL, width, theme)

    assert few == many
    assert any("a list in a list" in line for line in few.text)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join), st.integers(12, 60))
def test_any_blocks_of_words_look_as_they_do_as_widgets(text: str, width: int) -> None:
    few, many = asyncio.run(both(text, width))

    assert few == many


@pytest.mark.anyio
async def test_a_run_of_words_is_one_widget_and_code_is_one_of_its_own() -> None:
    still = StillMarkdown("# a\n\nb\n\n- c\n\n  d\n\n1. e\n\n```\nf\n```\n\ng")
    async with hosted(still):
        kinds = [type(block).__name__ for block in still.children]

        assert kinds == ["PassageBlock", "Fence", "PassageBlock"]


@pytest.mark.anyio
async def test_a_link_in_a_passage_shows_its_host_and_only_asks() -> None:
    still = StillMarkdown("- [the docs](https://evil.example/x)")
    async with hosted(still) as host:
        await host.pilot.click(still, offset=(4, 0))
        await host.pilot.pause()

        assert "the docs (evil.example)" in "\n".join(shot(host.app).text)
        assert [one.url for one in host.messages(SafeMarkdown.LinkChosen)] == [
            "https://evil.example/x"
        ]


@pytest.mark.anyio
async def test_what_is_selected_in_a_passage_is_copied_with_its_bullets() -> None:
    still = StillMarkdown("First words that wrap.\n\n- one\n- two")
    async with hosted(still, width=12) as host:
        passage = still.query_one(PassageBlock)
        _, place = host.app.screen.get_widget_and_offset_at(2, 1)
        part = Selection(Offset(6, 0), Offset(5, 2))

        assert place == Offset(14, 0)
        assert passage.get_selection(part) == ("words that wrap.\n\n• one", "\n")
        assert passage.get_selection(SELECT_ALL) == (
            "First words that wrap.\n\n• one\n• two",
            "\n",
        )


@pytest.mark.anyio
async def test_only_what_is_selected_in_a_passage_is_marked() -> None:
    still = StillMarkdown("First words that wrap.\n\n- one\n- two")
    async with hosted(still, width=12) as host:
        before = shot(host.app).styles
        selection = Selection(Offset(18, 0), Offset(3, 2))
        host.app.screen.selections = {still.query_one(PassageBlock): selection}
        await host.pilot.pause()
        after = shot(host.app)
        marked = [
            "".join(letter for letter, was, now in zip(*row, strict=True) if was != now)
            for row in zip(after.text, before, after.styles, strict=True)
        ]

        assert [row for row in marked if row] == ["rap.", "• o"]


@pytest.mark.anyio
@pytest.mark.parametrize("text", ["-", "- \n- \n", "1.", "`a\tb` c"])
async def test_a_passage_without_words_or_with_a_tab_takes_any_width(text: str) -> None:
    for width in (80, 2):
        few, many = await both(text, width)

        assert few == many


@pytest.mark.anyio
async def test_a_long_answer_looks_the_same_streamed_and_whole_and_keeps_its_code() -> None:
    text = "\n\n".join([*(f"Paragraph **{n}**." for n in range(40)), "```\ncode\n```", "- a\n- b"])
    streamed, whole = StreamedMarkdown(), StillMarkdown(text)
    async with hosted(streamed, whole, height=200) as host:
        for place in range(0, len(text), 60):
            streamed.feed(text[place : place + 60])
            await streamed.flush()
        await host.pilot.pause()
        growing = [type(block) for block in streamed.children]
        await streamed.finish()
        await host.pilot.pause()
        screen = shot(host.app)
        looks = [
            Shot(screen.text[rows], screen.styles[rows])
            for rows in (slice(each.region.y, each.region.bottom) for each in (streamed, whole))
        ]

        assert growing.count(PassageBlock) == 5
        assert [type(block) for block in streamed.children] == [PassageBlock, Fence, PassageBlock]
        assert looks[0] == looks[1]


@pytest.mark.anyio
async def test_what_a_person_is_marking_in_an_answer_stays_what_it_is() -> None:
    streamed = StreamedMarkdown()
    async with hosted(streamed) as host:
        for n in range(12):
            await feed(host, streamed, f"Paragraph {n}.\n\n")
        marked = streamed.children[0]
        host.app.screen.selections = {marked: SELECT_ALL}
        await streamed.finish()

        assert marked.is_attached
        assert len(streamed.children) == 2


async def cut(text: str, sizes: Sequence[int]) -> list[Shot]:
    """What a person sees of a text that comes in pieces, of its last moment, and of it whole."""
    streamed, whole = StreamedMarkdown(), SafeMarkdown(text)
    shots = []
    async with hosted(streamed, whole, width=40, height=300) as host:
        place = 0
        for size in cycle(sizes):
            streamed.feed(text[place : place + size])
            await streamed.flush()
            place += size
            if place >= len(text):
                break
        for ending in (streamed.flush, streamed.finish):
            await ending()
            await host.settled()
            all_ = shot(host.app)
            rows = slice(streamed.region.y, streamed.region.bottom)
            shots.append(Shot(all_.text[rows], all_.styles[rows]))
        rows = slice(whole.region.y, whole.region.bottom)
        return [*shots, Shot(all_.text[rows], all_.styles[rows])]


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@example([SETEXT, "a | b\n|-|-|\n1 | 2", "--\n---", "- a\n- b\n\n  ```\n  c\n  ```", "end"], [1])
@given(
    st.lists(BLOCKS, min_size=1, max_size=6),
    st.lists(st.integers(1, 20), min_size=1, max_size=4),
)
def test_an_answer_looks_the_same_however_it_is_cut(blocks: list[str], sizes: list[int]) -> None:
    growing, done, whole = asyncio.run(cut("\n\n".join(blocks), sizes))

    assert growing == whole
    assert done == whole
