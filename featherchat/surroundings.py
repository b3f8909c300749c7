"""The account and the machine that a project is opened in, and what they open for it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.clock import Clock, SystemClock
from featherchat.config import Config
from featherchat.embedders.base import Embedder
from featherchat.embedders.opening import open_embedder
from featherchat.finding import Found, Opening, find_project
from featherchat.store.places import Places

if TYPE_CHECKING:
    # A provider's client is loaded at the first question to a model, not before.
    from featherchat.providers.base import Provider


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The account and the machine that a project is opened in."""

    places: Places
    environment: Mapping[str, str]
    clock: Clock
    provider: "Provider | None" = None
    """Given by tests and the demo; else the settings say which."""

    embedder: Embedder | None = None
    tell: Callable[[str], None] = lambda notice: None
    """Told, from any thread, what a person waits for, such as an embedder's pause."""

    @classmethod
    def default(cls, tell: Callable[[str], None] = lambda notice: None) -> "Surroundings":
        """This account, its environment and the system's clock."""
        return cls(Places.default(), os.environ, SystemClock(), tell=tell)

    def find(self, opening: Opening) -> Found:
        """The project around a folder, not opened; see ``find_project``."""
        return find_project(opening, self.places, self.environment, self.clock)

    def open_embedder(self, config: Config) -> Embedder | None:
        """What turns text into vectors here; None for words alone."""
        settings = config.embedder
        return self.embedder or open_embedder(
            settings.name,
            model=settings.model or None,
            key=self.environment.get("VOYAGE_API_KEY"),
            base_url=settings.base_url or None,
            threads=settings.threads,
            on_retry=lambda reason, seconds: self.tell(
                f"{reason} Trying again in {seconds:.0f} s."
            ),
        )

    def open_provider(self, config: Config) -> "Provider | None":
        """The model's server; None when memory answers alone.

        Raises:
            ConfigError: If the settings name none that exists.
            KeyRejected: If a provider is named and its key is missing.
        """
        from featherchat.providers.keyring import key_from_keyring
        from featherchat.providers.opening import open_provider

        if self.provider is not None:
            return self.provider
        return open_provider(
            config.model.provider,
            base_url=config.model.base_url or None,
            environment=self.environment,
            keyring_key=key_from_keyring,
        )
