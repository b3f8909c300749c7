"""Any server that speaks OpenAI's chat completions: Ollama, llama.cpp, LM Studio, vLLM.

Written on httpx2, which the anthropic SDK brings along; another SDK would only have
to be kept from retrying and redirecting, too.
"""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from featherchat.clock import Clock, SystemClock
from featherchat.messages import ModelRequest, ProviderEvent
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
from featherchat.providers.openai_wire import Answer, body_of
from featherchat.providers.retrying import Retries, once, with_retries

if TYPE_CHECKING:
    import httpx2

OPENAI_HOST = "api.openai.com"

_END = "[DONE]"


class OpenAIProvider:
    """A model behind ``{base_url}/chat/completions``.

    Args:
        base_url: With its version, such as ``http://localhost:11434/v1``. It must come
            from the user's own settings: prompts and the key are sent there.
        key: Sent as ``Authorization: Bearer``; local servers need none.
        retries: Its ``sleep`` and ``random`` are the ones that tests replace.
        clock: Reads a ``retry-after`` that is a date.

    Raises:
        ConfigError: If the base URL is not an HTTP address.
        KeyRejected: If the key cannot be one.
    """

    name = "openai"

    def __init__(
        self,
        base_url: str,
        key: Key | str | None = None,
        *,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._base_url = base_url
        self._key = Key(key) if isinstance(key, str) else key
        self._server = Server.at(base_url, "OPENAI_API_KEY")
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
        """The ids of the models that the server offers, in its order.

        Raises:
            ProviderError: If the server does not say.
        """
        client = await self._client.get()
        watchdog = Watchdog(self._server, self._timeouts)
        with once(), self._asking():
            response = await watchdog.first(client.get("models"))
            await self._accept(response)
            try:
                return [model["id"] for model in response.json()["data"]]
            except (ValueError, LookupError, TypeError) as error:
                raise unreachable(self._server, "its list of models cannot be read") from error

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client.made is not None:
            await self._client.made.aclose()

    async def _attempt(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        client = await self._client.get()
        watchdog = Watchdog(self._server, self._timeouts)
        with self._asking():
            asking = client.build_request("POST", "chat/completions", json=self._body(request))
            response = await watchdog.first(client.send(asking, stream=True))
        answer = Answer(request)
        async with aclosing(response):
            with self._asking():
                await watchdog.first(self._accept(response))
            chunks = response.aiter_bytes()
            async with aclosing(sent_events(chunks, self._server, watchdog)) as events:
                async for event in events:
                    if event.data == _END:
                        await drain(chunks)
                        break
                    for delta in taken(event, self._server, self._clock.now(), answer.take):
                        yield delta
            if not answer.finished:
                raise cut(self._server, "the stream was closed before its end")
        yield answer.completed()

    async def _accept(self, response: "httpx2.Response") -> None:
        if response.is_success:
            return
        text = (await response.aread()).decode(errors="replace")
        try:
            problem = problem_of(json.loads(text))
        except ValueError:
            problem = problem_of(text)
        now = self._clock.now()
        raise refused(self._server, response.status_code, problem, response.headers, now)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        import httpx2

        try:
            yield
        except httpx2.HTTPError as error:
            raise unreachable(self._server, reason_of(error)) from error

    def _body(self, request: ModelRequest) -> dict[str, object]:
        # OpenAI's own models refuse max_tokens; Ollama and older servers know only that.
        is_openai = self._server.host == OPENAI_HOST
        return body_of(request, length_field="max_completion_tokens" if is_openai else "max_tokens")

    def _build(self) -> "httpx2.AsyncClient":
        import httpx2

        headers = {} if self._key is None else {"Authorization": f"Bearer {self._key.reveal()}"}
        return httpx2.AsyncClient(
            base_url=self._base_url,
            headers=headers,
            follow_redirects=False,
            timeout=httpx2.Timeout(None, connect=self._timeouts.connect),
        )
