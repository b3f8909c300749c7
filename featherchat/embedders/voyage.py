"""Embeddings by Voyage AI, through its SDK (the extra ``voyage``).

The SDK is imported at the first text only: it costs 0.6 s. It retries nothing
here; each pause before a new attempt is told to the caller.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from featherchat.embedders.base import EmbedderIdentity, Purpose
from featherchat.errors import EmbedderError

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix

OnRetry = Callable[[str, float], None]
"""Hears of a pause before it is made: why, and how many seconds it lasts."""

DEFAULT_MODEL = "voyage-4"
MAX_TEXTS = 1_000
"""Texts in one request (docs.voyageai.com, embeddings)."""

ATTEMPTS = 5
LONGEST_PAUSE = 30.0
"""Seconds. A server that asks for more is not waited for."""

_DIMENSIONS = 1024  # what every current model offers, and gives unless asked otherwise
_TIMEOUT = 60.0
_OTHER_MODELS_TOKENS = 120_000
_REQUEST_TOKENS: Mapping[str, int] = {
    "voyage-4-lite": 1_000_000,
    "voyage-3.5-lite": 1_000_000,
    "voyage-4": 320_000,
    "voyage-3.5": 320_000,
}


def tell_nobody(_reason: str, _seconds: float) -> None:
    """Drop the news of a retry."""


class VoyageEmbedder:
    """One of Voyage AI's models, with 1,024 dimensions."""

    def __init__(
        self,
        *,
        model: str = DEFAULT_MODEL,
        key: str | None = None,
        base_url: str | None = None,
        on_retry: OnRetry = tell_nobody,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Keep the settings; nothing is imported or sent yet.

        Args:
            model: As Voyage names it, such as ``voyage-4-lite`` or ``voyage-code-3``.
            key: None takes VOYAGE_API_KEY. A key decides the default address by its prefix.
            base_url: Another address, such as a gateway's, up to ``/v1``.
            on_retry: Told of each pause.
            sleep: Makes a pause.
            chance: A number from 0 to 1 that spreads the pauses of several processes.
        """
        # The threshold is low because it is a guess: a wrong answer "nothing known" is worse.
        self.identity = EmbedderIdentity(f"voyage/{model}", _DIMENSIONS, answer_threshold=0.4)
        self._model = model
        self._key = key
        self._base_url = base_url
        self._on_retry = on_retry
        self._sleep = sleep
        self._chance = chance
        self._client: Any = None

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One unit row a text, in as few requests as the server's limits allow.

        Raises:
            EmbedderError: If the SDK is missing, or the server refuses or cannot be reached.
        """
        import numpy as np

        rows = np.empty((len(texts), _DIMENSIONS), dtype=np.float32)
        start = 0
        for request in self._requests(texts):
            rows[start : start + len(request)] = self._embedded(request, purpose)
            start += len(request)
        return rows

    def close(self) -> None:
        """Forget the client; the SDK keeps a connection for each thread."""
        self._client = None

    def _requests(self, texts: Sequence[str]) -> Iterator[list[str]]:
        limit = _REQUEST_TOKENS.get(self._model, _OTHER_MODELS_TOKENS)
        request: list[str] = []
        tokens = 0
        for text in texts:
            # Two bytes a token is more than any language or code was seen to need.
            needed = len(text.encode("utf-8", "replace")) // 2 + 1
            if request and (len(request) == MAX_TEXTS or tokens + needed > limit):
                yield request
                request, tokens = [], 0
            request.append(text)
            tokens += needed
        if request:
            yield request

    def _embedded(self, texts: list[str], purpose: Purpose) -> "Matrix":
        import numpy as np

        answer = self._asked(texts, purpose)
        try:
            rows = np.asarray(answer.embeddings, dtype=np.float32)
            lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        except (TypeError, ValueError) as error:
            raise _unreadable("its vectors are not numbers") from error
        if rows.shape != (len(texts), _DIMENSIONS):
            raise _unreadable(f"{rows.shape} numbers came for {len(texts)} texts")
        if not np.all(np.isfinite(lengths) & (lengths > 0)):
            raise _unreadable("a vector has no length")
        return np.asarray(rows / lengths, dtype=np.float32)

    def _asked(self, texts: list[str], purpose: Purpose) -> Any:
        client = self._connected()
        from voyageai import error as sdk

        passing = (sdk.RateLimitError, sdk.ServerError, sdk.ServiceUnavailableError)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return client.embed(
                    texts,
                    model=self._model,
                    input_type=purpose.value,
                    output_dimension=_DIMENSIONS,
                )
            except passing as error:
                pause = self._pause(attempt, error.headers)
                if attempt == ATTEMPTS or pause > LONGEST_PAUSE:
                    raise _refused(error) from error
                self._on_retry(str(error.user_message), pause)
                self._sleep(pause)
            except sdk.VoyageError as error:
                raise _refused(error) from error
            except (AttributeError, KeyError, TypeError, ValueError, ImportError) as error:
                # The SDK reads an answer without checking its form.
                raise _unreadable(repr(error)) from error
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int, headers: Mapping[str, str]) -> float:
        """Seconds: 1, 2, 4, 8, each up to half longer, or what the server asks for if longer."""
        asked = headers.get("retry-after", "")
        backoff = 2.0 ** (attempt - 1) * (1.0 + self._chance() / 2)
        return max(backoff, float(asked) if asked.isdecimal() else 0.0)

    def _connected(self) -> Any:
        if self._client is None:
            try:
                import voyageai
            except ImportError as error:
                raise EmbedderError(
                    f"Voyage's SDK cannot be imported ({error}).",
                    hint="Run pip install 'featherchat[voyage]', or configure another embedder.",
                ) from error
            voyageai.requestssession = voyageai.requestssession or _session
            self._client = voyageai.Client(
                api_key=self._key, base_url=self._base_url, max_retries=0, timeout=_TIMEOUT
            )
        return self._client


def _session() -> Any:
    """The SDK's connection: follows no redirect, since the texts would go to another host."""
    import requests

    session = requests.Session()
    session.max_redirects = 0
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    return session


def _refused(error: Any) -> EmbedderError:
    from voyageai import error as sdk

    hint = "Try again later; words find memories meanwhile."
    if isinstance(error, sdk.AuthenticationError):
        hint = "Set VOYAGE_API_KEY to a valid key, or configure another embedder."
    elif isinstance(error, (sdk.InvalidRequestError, sdk.MalformedRequestError)):
        hint = "Check embedder.model and embedder.base_url."
    elif isinstance(error, (sdk.APIConnectionError, sdk.Timeout)):
        hint = "Check the network and embedder.base_url; words find memories meanwhile."
    reason = str(error.user_message).splitlines()[0][:300] if error.user_message else repr(error)
    return EmbedderError(f"Voyage gave no embedding: {reason}", hint=hint)


def _unreadable(why: str) -> EmbedderError:
    return EmbedderError(
        f"Voyage's answer cannot be used: {why[:300]}.",
        hint="Check embedder.model and embedder.base_url.",
    )
