"""Claude, through Anthropic's SDK.

The SDK does the transport; what a turn depends on is ours: it retries silently and
without a limit, follows redirects with the prompt in hand, waits ten minutes for a
stalled stream, and takes a stream that was closed early for a whole answer.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from featherchat.clock import Clock, SystemClock
from featherchat.messages import ModelRequest, ProviderEvent
from featherchat.providers.anthropic_wire import Answer, body_of, prompt_of
from featherchat.providers.faults import (
    Server,
    cut,
    problem_of,
    reason_of,
    refused,
    unreachable,
)
from featherchat.providers.http import (
    Late,
    Timeouts,
    Watchdog,
    drain,
    sent_events,
    taken,
)
from featherchat.providers.keys import Key
from featherchat.providers.retrying import Retries, once, with_retries

if TYPE_CHECKING:
    # The SDK takes 1.4 s to import.
    import httpx2
    from anthropic import AsyncAnthropic

ANTHROPIC_URL = "https://api.anthropic.com"


class AnthropicProvider:
    """Claude's models behind the Messages API.

    Args:
        key: An API key or an access token; both travel as ``Authorization: Bearer``.
        base_url: Another address of the same API, such as a gateway. It must come from
            the user's own settings: prompts and the key are sent there.
        retries: Its ``sleep`` and ``random`` are the ones that tests replace.
        clock: Reads a ``retry-after`` that is a date.

    Raises:
        ConfigError: If the base URL is not an HTTP address.
        KeyRejected: If the key cannot be one.
    """

    name = "anthropic"

    def __init__(
        self,
        key: Key | str,
        *,
        base_url: str | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._key = key if isinstance(key, Key) else Key(key)
        self._base_url = base_url or ANTHROPIC_URL
        self._server = Server.at(self._base_url, "ANTHROPIC_API_KEY")
        self.address = self._server.host
        """The host that prompts are sent to."""

        self._timeouts = timeouts or Timeouts()
        self._retries = retries or Retries()
        self._clock = clock or SystemClock()
        self._client = Late(self._build)

    def stream(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The answer to a request, as it comes.

        Raises:
            ProviderError: If the answer is refused, cut, or never comes.
        """
        return with_retries(lambda: self._attempt(request), self._retries)

    async def models(self) -> list[str]:
        """The ids of the models that the key may use, newest first.

        Raises:
            ProviderError: If the server does not say.
        """
        client = await self._client.get()
        with once(), self._asking():
            page = await Watchdog(self._server, self._timeouts).first(
                client.models.list(limit=1000)
            )
        return [model.id for model in page.data]

    async def count_tokens(self, request: ModelRequest) -> int:
        """How many tokens the request's prompt has.

        Raises:
            ProviderError: If the server does not say.
        """
        client = await self._client.get()
        with once(), self._asking():
            counting = client.beta.messages.count_tokens(**prompt_of(request))
            return (await Watchdog(self._server, self._timeouts).first(counting)).input_tokens

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client.made is not None:
            await self._client.made.close()

    async def _attempt(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        client = await self._client.get()
        watchdog = Watchdog(self._server, self._timeouts)
        response = await self._open(client, request, watchdog)
        answer = Answer(request)
        async with aclosing(response):
            chunks = response.aiter_bytes()
            async with aclosing(sent_events(chunks, self._server, watchdog)) as events:
                async for event in events:
                    delta = taken(event, self._server, self._clock.now(), answer.take)
                    if delta is not None:
                        yield delta
                    if answer.finished:
                        break
            if not answer.finished:
                raise cut(self._server, "the stream was closed before its end")
            await drain(chunks)
        yield answer.completed()

    async def _open(
        self, client: "AsyncAnthropic", request: ModelRequest, watchdog: Watchdog
    ) -> "httpx2.Response":
        import anthropic

        schema = (
            None if request.schema is None else anthropic.transform_schema(dict(request.schema))
        )
        with self._asking():
            asking = client.beta.messages.create(**body_of(request, schema), stream=True)
            response: httpx2.Response = (await watchdog.first(asking)).response
            return response

    @contextmanager
    def _asking(self) -> Iterator[None]:
        import anthropic
        import httpx2

        try:
            yield
        except anthropic.APIStatusError as error:
            problem, headers = problem_of(error.body), error.response.headers
            now = self._clock.now()
            raise refused(self._server, error.status_code, problem, headers, now) from error
        except (anthropic.APIConnectionError, httpx2.HTTPError) as error:
            raise unreachable(self._server, reason_of(error)) from error

    def _build(self) -> "AsyncAnthropic":
        import anthropic
        import httpx2

        client = anthropic.AsyncAnthropic(
            api_key=self._key.reveal(),
            base_url=self._base_url,
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(
                follow_redirects=False,
                timeout=httpx2.Timeout(None, connect=self._timeouts.connect),
            ),
        )
        # These import most of the SDK, so they are touched here, in the worker thread.
        _ = client.beta.messages, client.models
        return client
