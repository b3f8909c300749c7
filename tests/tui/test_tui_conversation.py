import pytest
from hosting import Hosted, hosted, shown_text

from featherchat.messages import Learned, MemoriesRecalled, ToolCall, ToolResult
from featherchat_tui.blocks import AnswerBlock, PromptBlock, ToolLine
from featherchat_tui.conversation import Conversation
from featherchat_tui.edges import More, Pill
from featherchat_tui.pages import PAGE
from featherchat_tui.values import PastTurn
from featherchat_tui.window import Window

LONG = "A line.\n\n" * 40


def past(count: int) -> list[PastTurn]:
    return [PastTurn(f"question {n}", 60.0 * n, f"answer {n}", "model") for n in range(count)]


def questions(host: Hosted) -> list[str]:
    return [block.text for block in host.app.query(PromptBlock)]


async def settled(host: Hosted, conversation: Conversation) -> None:
    """Wait until what was appended is on the screen."""
    await conversation.finish("model", 1.0)
    await host.pilot.pause(0.05)
    await host.settled()


@pytest.mark.anyio
async def test_a_turn_shows_who_said_what_and_what_it_took() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why **twenty**?", 0.0, speaker="Claude")
        await conversation.append("Because of ")
        await host.until(lambda: "Claude · " in shown_text(conversation))
        await conversation.append("**ADR-12**.")
        await conversation.finish("claude-sonnet-5-5", 2.14, 0.004, "The answer hit its limit.")
        await host.until(lambda: "The answer hit its limit." in shown_text(conversation))
        said = shown_text(conversation)

    assert "Why **twenty**?" in said
    assert "Because of ADR-12." in said
    assert " · 2.1 s · $0.004" in said
    assert "The answer hit its limit." in said
    assert conversation.last_answer() == "Because of **ADR-12**."


@pytest.mark.anyio
async def test_a_failed_turn_keeps_what_came_and_says_what_to_do() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append("It is")
        await conversation.fail("The server went away.", "Try again.")
        await host.settled()
        said = shown_text(conversation)

    assert "It is" in said
    assert "✕ The server went away." in said
    assert "Try again." in said


@pytest.mark.anyio
async def test_the_page_follows_the_answer_until_the_reader_scrolls_away() -> None:
    conversation, pill = Conversation(), None
    async with hosted(conversation) as host:
        pill = host.app.query_one(Pill)
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append(LONG)
        await settled(host, conversation)
        followed = conversation.is_vertical_scroll_end and conversation.max_scroll_y > 0

        conversation.scroll_home(animate=False)
        await host.settled()
        await conversation.append(LONG)
        await settled(host, conversation)
        stayed, offered = conversation.scroll_y, pill.display

        await host.pilot.click(Pill)
        await host.settled()

        assert followed
        assert (stayed, offered) == (0, True)
        assert conversation.is_vertical_scroll_end
        assert not pill.display


@pytest.mark.anyio
async def test_a_short_conversation_stands_at_the_top() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append("Because.")
        await settled(host, conversation)

        assert conversation.scroll_y == 0
        assert host.app.query_one(PromptBlock).region.y == conversation.region.y + 1


@pytest.mark.anyio
async def test_an_answer_can_be_copied_while_it_streams() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append("Half an")
        conversation.focus()
        await host.press("c", "k", "k", "c")

        assert [one.text for one in host.messages(Conversation.Copied)] == ["Half an", "Why?"]


@pytest.mark.anyio
async def test_a_tool_call_is_a_folded_line_between_two_parts_of_the_answer() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        await conversation.append("Let me look.")
        call = ToolCall("c1", "read_file", {"limit": 3, "path": "src/pool.py"})
        await conversation.tool_called(call)
        await host.settled()
        running = shown_text(host.app.query_one(ToolLine))
        conversation.tool_finished(ToolResult("c1", "max_size = 20\n[red]\n"))
        await conversation.append("It says 20.")
        await settled(host, conversation)
        folded = shown_text(host.app.query_one(ToolLine))
        host.app.query_one(ToolLine).focus()
        await host.press("enter")
        unfolded = shown_text(host.app.query_one(ToolLine))

    assert running == "▸ read file src/pool.py …"
    assert folded == "▸ read file src/pool.py · 2 lines"
    assert "max_size = 20\n  [red]" in unfolded
    assert conversation.last_answer() == "Let me look.\n\nIt says 20."


@pytest.mark.anyio
async def test_a_tool_that_was_cut_off_runs_no_longer() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        await conversation.tool_called(ToolCall("c1", "read_file", {"path": "src/pool.py"}))
        await conversation.fail("Cancelled.", "Nothing had come yet.")
        await host.pilot.pause()
        stopped = shown_text(host.app.query_one(ToolLine))
        await conversation.load([answer.turn] if (answer := conversation.answer) else [])
        await host.pilot.pause()
        later = shown_text(host.app.query_one(ToolLine))

    assert stopped == later == "▸ read file src/pool.py · ✕ stopped"


@pytest.mark.anyio
async def test_tool_lines_are_there_again_when_their_turn_comes_back_to_the_page() -> None:
    conversation = Conversation(Window(page=2, most=4))
    async with hosted(conversation) as host:
        await conversation.begin_turn("Where?", 0.0)
        await conversation.append("Let me look.")
        for number, path in enumerate(("src/pool.py", "src/db.py")):
            call = ToolCall(f"c{number}", "read_file", {"path": path})
            await conversation.tool_called(call)
            conversation.tool_finished(ToolResult(call.id, "max_size = 20\n"))
        await conversation.append("It says 20.")
        await conversation.finish("model", 1.0)
        await settled(host, conversation)
        before = shown_text(conversation.blocks()[1])
        for _ in range(4):
            await conversation.begin_turn("Next?", 0.0)
            await conversation.finish("model", 1.0)
        gone = not host.app.query(ToolLine)
        await conversation.to_beginning()
        await host.settled()
        again = shown_text(conversation.blocks()[1])
        host.app.query(ToolLine).first().action_unfold()
        await host.settled()

        assert gone
        assert again == before
        assert "max_size = 20" in shown_text(conversation.blocks()[1])


@pytest.mark.anyio
async def test_what_was_learnt_is_shown_under_its_own_turn() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        for turn in ("t1", "t2"):
            await conversation.begin_turn("Why?", 0.0)
            await conversation.show_recalled(MemoriesRecalled(turn, ()))
            await conversation.finish("model", 1.0)
        await conversation.show_learned(Learned("t1", refused=("a secret",)))
        await host.settled()
        strips = [block.strip for block in host.app.query(AnswerBlock)]

    assert [strip.learned is not None for strip in strips if strip] == [True, False]


@pytest.mark.anyio
async def test_a_long_session_shows_its_end_and_reading_upward_brings_the_rest() -> None:
    conversation = Conversation(Window(PAGE, 4 * PAGE))
    async with hosted(conversation) as host:
        await conversation.load(past(2_500))
        await host.settled()
        newest, at_end = questions(host), conversation.is_vertical_scroll_end
        hidden = shown_text(host.app.query(More).first()).strip()

        for loaded in (2 * PAGE, 3 * PAGE):
            top = questions(host)[0]
            conversation.scroll_home(animate=False, immediate=True)
            await host.until(lambda loaded=loaded: len(questions(host)) == loaded)
            await host.until(lambda: conversation.scroll_y > 0)
            block = next(one for one in host.app.query(PromptBlock) if one.text == top)

            assert abs(block.region.y - conversation.region.y) <= 3

        assert newest == [f"question {n}" for n in range(2_500 - PAGE, 2_500)]
        assert at_end
        assert hidden == f"↑ {2_500 - PAGE:,} earlier turns"
        assert conversation.last_answer() == "answer 2499"


@pytest.mark.anyio
async def test_a_terminal_taller_than_a_page_of_turns_is_filled_and_stands_at_the_end() -> None:
    conversation = Conversation(Window(page=3, most=12))
    async with hosted(conversation, height=60) as host:
        await conversation.load(past(50))
        await host.until(lambda: conversation.max_scroll_y > 0)
        await host.until(lambda: conversation.is_vertical_scroll_end)
        await host.pilot.pause()

        assert questions(host) == [f"question {n}" for n in range(41, 50)]
        assert not host.app.query_one(Pill).display


@pytest.mark.anyio
async def test_only_a_window_of_a_long_session_is_mounted_wherever_one_reads() -> None:
    conversation = Conversation(Window(4, 8))
    async with hosted(conversation) as host:
        await conversation.load(past(50))
        conversation.focus()
        for _ in range(4):
            before = questions(host)[0]
            host.app.query(More).first().focus()
            await host.press("enter")
            await host.until(lambda before=before: questions(host)[0] != before)
            await host.until(lambda: not conversation.workers)
        reading = questions(host)
        await conversation.begin_turn("new", 0.0)
        await conversation.finish("model", 1.0)

        assert len(reading) == 8
        assert reading[-1] != "question 49"
        assert questions(host)[-2:] == ["question 49", "new"]
        assert len(questions(host)) <= 8


@pytest.mark.anyio
async def test_home_and_end_reach_the_first_and_the_last_turn() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.load(past(500))
        conversation.focus()
        await host.press("home")
        beginning = questions(host)[0]
        await host.press("end")
        await host.settled()

        assert beginning == "question 0"
        assert questions(host)[-1] == "question 499"
        assert conversation.is_vertical_scroll_end


@pytest.mark.anyio
async def test_an_answer_that_is_read_from_afar_goes_on_growing() -> None:
    conversation = Conversation(Window(4, 8))
    async with hosted(conversation) as host:
        await conversation.load(past(50))
        await conversation.begin_turn("new", 0.0)
        await conversation.append("one ")
        for _ in range(4):
            before = questions(host)[0]
            host.app.query(More).first().focus()
            await host.press("enter")
            await host.until(lambda before=before: questions(host)[0] != before)
        await conversation.append("two")
        await conversation.finish("model", 1.0)

        assert conversation.last_answer() == "one two"
        assert questions(host)[-1] == "new"


@pytest.mark.anyio
async def test_a_long_conversation_folds_its_oldest_turns_into_values_with_what_they_learnt() -> (
    None
):
    conversation = Conversation(Window(4, 8))
    async with hosted(conversation) as host:
        for turn in past(9):
            await conversation.begin_turn(turn.prompt, turn.asked_at)
            await conversation.show_recalled(MemoriesRecalled(turn.prompt, ()))
            await conversation.finish("model", 1.0)
        await host.settled()
        mounted = questions(host)
        await conversation.show_learned(Learned("question 0", refused=("a secret",)))
        await conversation.to_beginning()
        await host.settled()
        first = host.app.query(AnswerBlock).first()

        assert len(mounted) == 4
        assert first.strip is not None
        assert first.strip.learned is not None


@pytest.mark.anyio
async def test_a_turn_of_another_day_names_the_day() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        day = 86_400.0
        await conversation.load([PastTurn("a", 40_000.0), PastTurn("b", 40_060.0 + day)])
        await host.settled()
        heads = [shown_text(block) for block in host.app.query(PromptBlock)]

        assert "1970" not in heads[0]
        assert "2 January 1970" in heads[1]


@pytest.mark.anyio
async def test_a_cleared_conversation_is_empty() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.load(past(60))
        await conversation.show_note("**found**", plain=True)
        await host.settled()
        noted = "**found**" in shown_text(conversation)
        await conversation.clear()
        await host.settled()

        assert noted
        assert questions(host) == []
        assert not any(line.display for line in host.app.query(More))
        assert conversation.chosen_text() == ""


@pytest.mark.anyio
async def test_a_click_on_a_block_that_was_just_replaced_does_no_harm() -> None:
    conversation = Conversation()
    async with hosted(conversation) as host:
        await conversation.begin_turn("Why?", 0.0)
        for piece in ("| a | b |", "\n|---|", "---|\n| 1 |", " 2 |\n", "\n- x", "\n\n# y"):
            await conversation.append(piece)
            for row in (5, 6, 8):
                await host.pilot.mouse_down(offset=(5, row))
                await host.pilot.mouse_up(offset=(6, row))
        await settled(host, conversation)

        assert "y" in shown_text(conversation)
