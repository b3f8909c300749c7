"""What went wrong with a server, in our words.

Both network providers report through this file, so that an overloaded server
reads the same whoever runs it. Which faults pass by themselves is decided here;
how often they are waited for is decided in ``retrying``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from featherchat.errors import (
    AnswerCut,
    ConfigError,
    KeyRejected,
    PromptTooLong,
    ProviderError,
    ProviderUnreachable,
    RateLimited,
)

MAX_QUOTE = 300
"""Characters of a server's own words that are repeated in a message."""

_OVERFLOWS = (
    "prompt is too long",
    "context length",
    "context size",
    "context window",
    "context_length_exceeded",
    "exceed_context_size",
)

# An error event inside a stream arrives with status 200: its kind says what it is.
_STATUS_OF_KIND: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class Fault(Exception):
    """Why one attempt failed, and whether another one may go better."""

    def __init__(
        self, error: ProviderError, *, passing: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(str(error))
        self.error = error
        """What the caller sees if there is no other attempt."""

        self.passing = passing
        self.retry_after = retry_after
        """The pause the server asks for, in seconds."""


@dataclass(frozen=True, slots=True)
class Server:
    """Whom we speak to, as far as a message needs it."""

    host: str
    """Name and port, without user and password."""

    key_variable: str
    """Where the key comes from."""

    @classmethod
    def at(cls, url: str, key_variable: str) -> "Server":
        """The server behind a base URL.

        Raises:
            ConfigError: If the URL is not one that can be spoken to over HTTP.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"The base URL {url!r} is not an HTTP address.",
                hint="Set it to an address such as http://localhost:11434/v1.",
            )
        return cls(parts.netloc.rpartition("@")[2], key_variable)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a server's error body says."""

    kind: str = ""
    """Its ``type``, such as ``overloaded_error``."""

    code: str = ""
    """Its ``code``: a word or a number, by server."""

    text: str = ""

    @property
    def status(self) -> int:
        """The status this would have had before the stream began."""
        if self.code.isdecimal() and 400 <= int(self.code) < 600:
            return int(self.code)
        return _STATUS_OF_KIND.get(self.kind, 500)

    @property
    def is_overflow(self) -> bool:
        """Whether the prompt was too long; servers have no common code for it."""
        said = f"{self.kind} {self.code} {self.text}".lower()
        return any(words in said for words in _OVERFLOWS)


def problem_of(body: object) -> Problem:
    """Reads ``{"error": {…}}``, ``{"error": "…"}``, ``{"message": …}`` and plain text."""
    found = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(found, Mapping):
        kind, code, text = (str(found.get(name) or "") for name in ("type", "code", "message"))
        return Problem(kind, code, text[:MAX_QUOTE])
    # A gateway's HTML page says nothing that its status does not.
    text = found.strip() if isinstance(found, str) and not found.lstrip().startswith("<") else ""
    return Problem(text=text[:MAX_QUOTE])


def refused(
    server: Server,
    status: int,
    problem: Problem,
    headers: Mapping[str, str],
    now: float,
) -> Fault:
    """The fault behind an answer that is not a success.

    Args:
        now: Seconds UTC, to read a ``retry-after`` that is a date.
    """
    if 300 <= status < 400:
        return Fault(_moved(server, headers.get("location", "")))
    passing = status in (408, 409, 429) or status >= 500
    return Fault(
        _error_of(server, status, problem),
        passing=passing and headers.get("x-should-retry") != "false" and not problem.is_overflow,
        retry_after=_retry_after(headers.get("retry-after", ""), now),
    )


def unreachable(server: Server, reason: str) -> Fault:
    """No answer came at all."""
    return Fault(
        ProviderUnreachable(
            f"{server.host} could not be reached: {reason}.",
            hint="Check the network, the base URL and that the server runs.",
        ),
        passing=True,
    )


def cut(server: Server, reason: str) -> Fault:
    """The answer began and did not end."""
    return Fault(
        AnswerCut(
            f"The answer from {server.host} broke off: {reason}.",
            hint="Ask again; the part that had come is kept.",
        ),
        passing=True,
    )


def reason_of(error: BaseException) -> str:
    """The deepest words of an error; libraries wrap the interesting one several times."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).rstrip(".")[:MAX_QUOTE] or type(error).__name__


def _error_of(server: Server, status: int, problem: Problem) -> ProviderError:
    said = f": {problem.text}" if problem.text else f" (status {status})."
    if status == 413 or problem.is_overflow:
        return PromptTooLong(
            f"The prompt does not fit into the model's context{said}",
            hint="Shorten the conversation with /compact, or start anew with /clear.",
        )
    if status == 401:
        return KeyRejected(
            f"{server.host} rejected the key.",
            hint=f"Set {server.key_variable} to a valid key.",
        )
    if status == 403:
        return KeyRejected(
            f"{server.host} does not allow this key to do that{said}",
            hint=f"Set {server.key_variable} to a key that may, or choose another model.",
        )
    if status == 429:
        return RateLimited(
            f"{server.host} limits how much may be asked{said}",
            hint="Wait a while, or choose another model.",
        )
    if status >= 500 or status in (408, 409):
        return ProviderError(
            f"{server.host} failed to answer{said}",
            hint="Try again later, or choose another model.",
        )
    return ProviderError(
        f"{server.host} refused the request{said}",
        hint="Check the model's name, the base URL and the account.",
    )


def _moved(server: Server, location: str) -> ProviderUnreachable:
    target = urlsplit(location).netloc.rpartition("@")[2] or server.host
    return ProviderUnreachable(
        f"{server.host} redirects to {target}; prompts are not sent on to another address.",
        hint="Set the base URL to the final address if you trust it.",
    )


def _retry_after(text: str, now: float) -> float | None:
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except ValueError:
        return None
