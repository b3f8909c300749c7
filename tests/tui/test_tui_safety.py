"""Whatever a memory, a model or a file says: nothing raises and no control reaches the terminal."""

import re

import pytest
from hosting import Hosted, hosted, shown_text
from textual.widget import Widget

from featherchat.commands.decay import Glance
from featherchat.commands.neighborhood import Neighborhood
from featherchat.commands.settings import Origin, Setting, as_toml
from featherchat.memory import Edge, Memory, Source
from featherchat.messages import Learned, MemoriesRecalled, Omission, ToolCall, ToolResult
from featherchat.ranking import DecayPolicy
from featherchat.recollection import Recollection, ScoreParts, Step, outline_of
from featherchat.store.operations import Operation
from featherchat.store.sessions import SessionLine
from featherchat.store.transcripts import ChatSession
from featherchat_tui.conversation import Conversation
from featherchat_tui.decisions_pane import DecisionsPane
from featherchat_tui.first_start import FirstStart, TrustQuestion
from featherchat_tui.help import Help
from featherchat_tui.prompt import Prompt
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.screens.changes import ChangeDoors, ChangesScreen
from featherchat_tui.screens.decay import DecayDoors, DecayScreen
from featherchat_tui.screens.decisions import DecisionDoors, DecisionsScreen
from featherchat_tui.screens.sessions import SessionDoors, SessionsScreen
from featherchat_tui.screens.settings import SettingDoors, SettingsScreen
from featherchat_tui.status_line import StatusLine
from featherchat_tui.values import (
    Completion,
    DecisionCard,
    KeyHelp,
    Link,
    Offer,
    PastTurn,
    Status,
)
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0

HOSTILE = [
    "[@click=app.quit]x[/]",
    "[/nope]",
    "[bold red",
    "a\x1b]52;c;aGVsbG8=\x07b",
    "a\x1b]8;;http://evil.example\x1b\\b\x1b]8;;\x1b\\",
    "a\x1b[2Jb\x1b[31mc",
    "a\x9b31mb\x9dtitle\x9cc",
    "a\x1bPq#0\x1b\\b",
    "a\rb\bc\x07d\x7fe\x0bf\x0cg",
    "a\u202eb\u200bc\U000e0041d",
    "# [x](javascript:alert(1)) &#27;[31m `[/]`",
    "| a[/nope] |\n|---|\n| [@click=app.quit]x[/] |",
    "```python\n[/nope]\x1b[31m\n```",
    "<script>x</script> ![i](http://h/i)",
    "> " * 60 + "deep",
    "{{}} $text %s \\",
]
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


@pytest.fixture(params=HOSTILE, ids=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def memory(hostile: str, a_memory: MakeMemory) -> Memory:
    title, kind = hostile[:200], "decision"
    source = Source(author=hostile, at=0.0, path=hostile, quote=hostile)
    return a_memory(hostile.replace("\x00", ""), title=title, kind=kind, source=source)


def assert_safe(host: Hosted, root: Widget) -> None:
    assert not CONTROLS.search(shown_text(root))
    assert host.app.is_running


@pytest.mark.anyio
async def test_a_conversation_shows_hostile_text_safely(hostile: str, memory: Memory) -> None:
    conversation = Conversation()
    found = Recollection(memory, 0.5, ScoreParts(0.5), (Step(hostile, "m", True),), note=hostile)
    recalled = MemoriesRecalled(
        "t", (found,), (found,), (Omission(memory, hostile),), total=9, notice=hostile
    )
    learned = Learned("t", (memory,), (memory,), (memory,), (hostile,))
    async with hosted(conversation, height=60) as host:
        await conversation.begin_turn(hostile, 0.0, speaker=hostile)
        await conversation.show_recalled(recalled)
        await conversation.tool_called(ToolCall("c", "read", {"path": hostile}))
        conversation.tool_finished(ToolResult("c", hostile))
        for character in hostile:
            await conversation.append(character)
        conversation.activity(hostile)
        await conversation.finish(hostile, 1.0, None, hostile)
        await conversation.show_learned(learned)
        conversation.toggle_strip()
        await host.settled()
        await conversation.begin_turn("again", 0.0)
        await conversation.fail(hostile, hostile)
        await conversation.show_note(hostile)
        await conversation.show_note(hostile, plain=True)
        await host.settled()
        assert_safe(host, conversation)

        await conversation.load([PastTurn(hostile, 0.0, hostile, hostile, 1.0, 0.1, hostile)])
        await host.settled()
        assert_safe(host, conversation)


@pytest.mark.anyio
async def test_panes_and_lines_show_hostile_text_safely(hostile: str, memory: Memory) -> None:
    pane, status = DecisionsPane(), StatusLine()
    pane.cards = [DecisionCard(memory, (Link(hostile, False, memory), Link(hostile, True, memory)))]
    status.status = Status(hostile, branch=hostile, model=hostile, notice=hostile)
    async with hosted(status, pane, width=160) as host:
        pane.focus_list()
        await host.press("slash", "z")
        assert_safe(host, host.app.screen)


@pytest.mark.anyio
async def test_screens_show_hostile_text_safely(hostile: str) -> None:
    offer = Offer(hostile, hostile, hostile, hostile, hostile, hostile, hostile)
    async with hosted() as host:
        for screen in (
            FirstStart(offer),
            TrustQuestion(hostile),
            Help([KeyHelp(hostile, hostile, hostile)], [Completion(hostile, hostile)]),
        ):
            await host.app.push_screen(screen)
            await host.settled()
            assert_safe(host, host.app.screen)


@pytest.mark.anyio
async def test_full_screens_show_hostile_text_safely(hostile: str, memory: Memory) -> None:
    card = DecisionCard(memory, (Link(hostile, False, memory),))
    session = ChatSession("s", hostile, NOW, NOW, None, hostile)
    operation = Operation("o", NOW, hostile, hostile, None, None, True, False, 1, 0, 0, ())

    async def words(*given: object) -> str:
        return hostile

    async def cards() -> list[DecisionCard]:
        return [card]

    async def around(memory_id: str, hops: int) -> Neighborhood:
        return Neighborhood(memory.id, (memory,), (Edge(memory.id, memory.id, "causes"),))

    async def glance() -> Glance:
        return Glance((hostile,), (outline_of(memory),))

    async def rank(text: str) -> dict[str, float]:
        return {memory.id: 1.0}

    async def sessions(text: str) -> list[SessionLine]:
        return [SessionLine(session, 1, 1, hostile)]

    async def operations(since: str) -> list[Operation]:
        return [operation]

    async def lines(operation: str) -> list[str]:
        return [f"+ {hostile}"]

    async def settings() -> list[Setting]:
        return [Setting("model.name", hostile, Origin.FILE)]

    decisions = DecisionsScreen(DecisionDoors(cards, around, words), NOW, "", hostile)
    decay = DecayDoors(glance, rank, words, words, words, lambda: NOW)
    talks = SessionDoors(sessions, words, words, words, words, words, lambda: NOW)
    async with hosted(width=120, height=40) as host:
        for screen in (
            decisions,
            DecayScreen(decay, DecayPolicy(), hostile),
            SessionsScreen(talks, None),
            ChangesScreen(ChangeDoors(operations, lines, words, lambda: NOW)),
            SettingsScreen(SettingDoors(settings, as_toml, words, hostile)),
        ):
            await host.app.push_screen(screen)
            await host.settled()
            await host.until(lambda: not any(each.is_running for each in host.app.workers))
            await host.settled()
            assert_safe(host, host.app.screen)


@pytest.mark.anyio
async def test_the_prompt_shows_hostile_text_safely(hostile: str) -> None:
    hostiles = [Completion(f"/{hostile}", hostile)]

    async def complete(typed: str) -> list[Completion]:
        return [Completion(hostile, hostile)]

    box = PromptBox(commands=hostiles, complete=complete)
    async with hosted(box) as host:
        prompt = host.app.query_one(Prompt)
        await host.press("slash")
        assert_safe(host, box)
        await host.press("tab", "at")
        await host.until(lambda: prompt.text.endswith("@"))
        prompt.replace_text(hostile)
        await host.settled()
        assert_safe(host, box)
