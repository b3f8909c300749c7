"""What a language model's server must do for us."""

from collections.abc import AsyncGenerator
from typing import Protocol

from featherchat.messages import ModelRequest, ProviderEvent


class Provider(Protocol):
    """A model behind an address.

    A stream ends with exactly one ``Completed``, or raises a ``ProviderError``. It is
    cancelled by closing the generator. Nothing is retried silently: each pause is a
    ``Retrying``, and nothing is retried once a byte of the answer has been yielded.
    """

    name: str
    """anthropic, openai, scripted."""

    address: str
    """The host that prompts are sent to, or an empty text when none is."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The answer to a request, as it comes.

        Raises:
            ProviderError: If the answer is refused, cut, or never comes.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...
