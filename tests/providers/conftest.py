from collections.abc import AsyncIterator, Iterator

import pytest

from featherchat.providers.http import Timeouts
from featherchat.providers.retrying import Retries
from tests.providers.dialects import PATIENT, Dialect, anthropic_dialect, openai_dialect
from tests.providers.servers import ChatServer, MessagesServer


@pytest.fixture
def messages_server() -> Iterator[MessagesServer]:
    with MessagesServer() as server:
        yield server


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    with ChatServer() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """What ``retries`` would have waited, in seconds."""
    return []


@pytest.fixture
def retries(pauses: list[float]) -> Retries:
    """The shipped policy without its waiting and its dice."""

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    return Retries(sleep=sleep, random=lambda: 1.0)


@pytest.fixture
def timeouts() -> Timeouts:
    """How long a server may be silent; a test whose server is gives a shorter time."""
    return PATIENT


@pytest.fixture(params=["anthropic", "openai"])
async def dialect(
    request: pytest.FixtureRequest, retries: Retries, timeouts: Timeouts
) -> AsyncIterator[Dialect]:
    """Each provider that must keep the promises of ``Provider``."""
    is_anthropic = request.param == "anthropic"
    with MessagesServer() if is_anthropic else ChatServer() as server:
        build = anthropic_dialect if is_anthropic else openai_dialect
        made = build(server, retries, timeouts)
        yield made
        await made.provider.aclose()
