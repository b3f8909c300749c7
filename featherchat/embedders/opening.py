"""Finds the embedder that a name in the configuration means.

Costs nothing at start-up: no embedder imports its library before its first text.
"""

from collections.abc import Callable

from featherchat.embedders.base import Embedder
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.local import LocalEmbedder
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
    on_retry: Callable[[str, float], None] = lambda reason, seconds: None,
) -> Embedder | None:
    """The embedder of a name; None for ``none``: then words alone find memories.

    Args:
        name: One of ``NAMES``.
        model: Voyage's model; the other embedders have one each.
        key: Voyage's key; None takes the environment's.
        base_url: Another address for Voyage.
        threads: Cores that the local model may use.
        on_retry: Told of each pause in seconds before a request to Voyage is repeated.

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
        # Here and below: 6 ms of start-up that most starts need not pay.
        from featherchat.embedders.voyage import DEFAULT_MODEL, VoyageEmbedder

        return VoyageEmbedder(
            model=model or DEFAULT_MODEL, key=key, base_url=base_url, on_retry=on_retry
        )
    import difflib

    near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.0)[0]
    raise ConfigError(
        f"There is no embedder {name!r}; the nearest is {near!r}.",
        hint=f"Set embedder.name to one of {', '.join(NAMES)}.",
    )
