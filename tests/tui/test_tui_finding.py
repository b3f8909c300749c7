import pytest
from hosting import Hosted, hosted, shown_text
from hypothesis import given
from hypothesis import strategies as st
from picturing import shot

from featherchat_tui.blocks import AnswerBlock, Block, PromptBlock
from featherchat_tui.conversation import Conversation
from featherchat_tui.finding import FindBar, Spot, spots
from featherchat_tui.values import PastNote, PastTurn

CODE = "First:\n\n```py\na = 1\n```\n\nThen:\n\n```py\nb = 2\n```\n"


def past(count: int) -> list[PastTurn]:
    return [PastTurn(f"question {n}", 60.0 * n, f"Answer {n}\n\nend", "m") for n in range(count)]


def chosen(host: Hosted) -> list[str]:
    return [block.text for block in host.app.query(Block) if block.has_class("-chosen")]


def test_words_are_found_in_questions_answers_and_notes_whatever_their_case() -> None:
    entries = [PastTurn("Why POOL?", 0.0, "the pool"), PastNote("no"), PastNote("a Pool")]

    assert spots(entries, "pool") == [Spot(0, 0), Spot(0, 1), Spot(2, 0)]
    assert spots(entries, "") == []


@given(st.text(alphabet="aßİ ", max_size=6), st.text(alphabet="aßİ ", min_size=1, max_size=2))
def test_a_text_that_holds_the_words_is_found(text: str, words: str) -> None:
    assert spots([PastNote(text + words)], words) == [Spot(0, 0)]


@pytest.mark.anyio
async def test_what_is_found_is_mounted_chosen_and_in_sight_the_newest_first() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.load(past(300))
        seen = []
        for step in (0, -1, 1):
            counts = await conversation.find("answer 1", step)
            await host.settled()
            seen.append((*counts, chosen(host)[0].split("\n")[0]))
        nothing = await conversation.find("zzz")

        block = next(one for one in host.app.query(AnswerBlock) if one.has_class("-chosen"))

        assert seen == [(1, 111, "Answer 199"), (2, 111, "Answer 198"), (1, 111, "Answer 199")]
        assert nothing == (0, 0)
        assert conversation.region.contains_point(block.region.offset)


@pytest.mark.anyio
async def test_the_line_with_the_words_is_in_sight_however_long_its_answer_is() -> None:
    conversation = Conversation()
    lines = [f"line {n} of a paragraph that is wrapped here" for n in range(200)]
    async with hosted(conversation, width=30) as host:
        await conversation.load([PastTurn("Why?", 0.0, "\n\n".join(lines))])
        await conversation.find("LINE 77 of")
        await host.pilot.pause()

        assert "line 77 of" in "\n".join(shot(host.app).text)


@pytest.mark.anyio
async def test_the_line_of_the_search_tells_what_is_wanted_and_how_much_there_is() -> None:
    bar = FindBar()
    async with hosted(bar) as host:
        bar.open()
        await host.press("a", "up", "down")
        bar.show(2, 1_000)
        await host.settled()
        said = shown_text(bar)
        bar.show(0, 0)
        await host.press("escape")

        wanted = [(one.words, one.step) for one in host.messages(FindBar.Wanted)]
        assert wanted == [("a", 0), ("a", -1), ("a", 1)]
        assert "2 of 1,000" in said
        assert len(host.messages(FindBar.Closed)) == 1
        assert not bar.display


@pytest.mark.anyio
async def test_the_code_of_an_answer_is_copied_the_last_block_first() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.load([PastTurn("Why?", 0.0, CODE)])
        conversation.focus()
        await host.press("y", "y", "y")

        copied = [one.text for one in host.messages(Conversation.Copied)]
        assert copied == ["b = 2\n", "a = 1\n", "b = 2\n"]


@pytest.mark.anyio
async def test_a_long_question_is_folded_and_any_block_can_be() -> None:
    conversation = Conversation()
    async with hosted(conversation, height=60) as host:
        await conversation.load([PastTurn("line\n" * 29 + "end", 0.0, "a\n\n" * 10 + "z")])
        await host.settled()
        question = host.app.query_one(PromptBlock)
        folded = shown_text(question)
        conversation.focus()
        await host.press("z")
        answer = shown_text(host.app.query_one(AnswerBlock))
        await host.press("k", "k", "z")
        heights = question.size.height

        assert "… 30 lines · z unfolds" in folded
        assert "… 21 lines · z unfolds" in answer
        assert heights == 31


@pytest.mark.anyio
async def test_a_block_is_opened_in_another_program() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.load([PastTurn("Why?", 0.0, "Because.")])
        conversation.focus()
        await host.press("e", "v")

        opened = [(one.text, one.editor) for one in host.messages(Conversation.OpenedOutside)]
        assert opened == [("Because.", True), ("Because.", False)]
