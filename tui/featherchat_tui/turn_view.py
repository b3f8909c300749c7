"""What each event of a turn does to the conversation."""

from featherchat.messages import (
    MemoriesRecalled,
    Retrying,
    TextDelta,
    ThinkingDelta,
    ToolCalled,
    ToolFinished,
    TurnEvent,
    TurnFailed,
    TurnFinished,
)
from featherchat_tui.conversation import Conversation


async def show_event(conversation: Conversation, event: TurnEvent) -> None:
    """Show one event; every kind has its place."""
    match event:
        case MemoriesRecalled():
            await conversation.show_recalled(event)
        case TextDelta():
            await conversation.append(event.text)
        case ThinkingDelta():
            conversation.activity("thinking")
        case Retrying():
            conversation.activity(f"{event.reason} Trying again in {event.seconds:.0f} s.")
        case ToolCalled():
            await conversation.tool_called(event.call)
        case ToolFinished():
            conversation.tool_finished(event.result)
        case TurnFinished():
            await conversation.finish(event.model, event.seconds, event.cost, event.notice)
        case TurnFailed():
            await conversation.fail(event.message, event.hint)
