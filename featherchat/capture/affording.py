"""One call to the background model, as long as the day's budget has room for it."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

from featherchat.capture.budget import Budget
from featherchat.messages import Completed, ModelRequest, StopReason, Usage
from featherchat.providers.base import Provider
from featherchat.recall.context import estimate_tokens


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model has said."""

    text: str
    ended: bool
    """Whether it came to its end; what was cut or refused is not to be believed."""


async def afford(
    budget: Budget,
    provider: Provider,
    request: ModelRequest,
    answer_tokens: int,
    share: float = 1.0,
) -> Reply | None:
    """The model's answer; None when the day has too few tokens left for it.

    Args:
        budget: What the call is counted in.
        provider: Who is asked.
        request: What is asked.
        answer_tokens: What the answer is taken to cost before it is there.
        share: Of the day's tokens, how many may be spent when the call is over.

    Raises:
        ProviderError: If the model could not be asked.
    """
    size = _size(request)
    today = await budget.today()
    if today.spent + size + answer_tokens > today.limit * share:
        return None
    text, ended, usage = "", False, Usage()
    try:
        async with aclosing(provider.stream(request)) as events:
            async for event in events:
                if isinstance(event, Completed):
                    text, usage = event.message.text, event.usage
                    ended = event.stop_reason is StopReason.END
    except asyncio.CancelledError:
        await budget.spend(size)  # what was sent is paid for
        raise
    counted = usage.context_tokens + usage.output_tokens
    # A server that counts nothing is not free.
    await budget.spend(counted or size + estimate_tokens(text))
    return Reply(text, ended)


def _size(request: ModelRequest) -> int:
    return estimate_tokens(request.system) + sum(
        estimate_tokens(message.text) for message in request.messages
    )
