"""Finds the embedder that a name in the configuration means.

Costs nothing at start-up: no embedder imports its library before its first text.
"""

import difflib

from featherchat.embedders.base import Embedder
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.local import LocalEmbedder
from featherchat.embedders.voyage import DEFAULT_MODEL, OnRetry, VoyageEmbedder, tell_nobody
from featherchat.errors import ConfigError

NAMES = ("local", "voyage", "hash", "none")
"""What ``open_embedder`` knows."""


def open_embedder(
    name: str,
    *,
    model: str | None = None,
    key: str | None = None,
    base_url: str | None = None,
    threads: int = 1,
    on_retry: OnRetry = tell_nobody,
) -> Embedder | None:
    """The embedder of a name; None for ``none``: then words alone find memories.

    Args:
        name: One of ``NAMES``.
        model: Voyage's model; the other embedders have one each.
        key: Voyage's key; None takes the environment's.
        base_url: Another address for Voyage.
        threads: Cores that the local model may use.
        on_retry: Told of each pause before a request is repeated.

    Raises:
        ConfigError: If no embedder has that name.
    """
    if name == "none":
        return None
    if name == "local":
        return LocalEmbedder(threads=threads)
    if name == "hash":
        return HashEmbedder()
    if name == "voyage":
        return VoyageEmbedder(
            model=model or DEFAULT_MODEL, key=key, base_url=base_url, on_retry=on_retry
        )
    near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.0)[0]
    raise ConfigError(
        f"There is no embedder {name!r}; the nearest is {near!r}.",
        hint=f"Set embedder.name to one of {', '.join(NAMES)}.",
    )
