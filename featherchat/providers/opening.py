"""Which provider a configuration means.

Only the provider that is meant gets imported, and its library not before the first
question: commands that never ask a model do not pay for one.
"""

from collections.abc import Callable, Mapping

from featherchat.errors import ConfigError, KeyRejected
from featherchat.providers.base import Provider
from featherchat.providers.keys import Key

PROVIDER_NAMES = ("auto", "anthropic", "openai", "none")


def open_provider(
    name: str,
    *,
    base_url: str | None = None,
    environment: Mapping[str, str],
    keyring_key: Callable[[str], str | None] | None = None,
) -> Provider | None:
    """The provider of a name, or None: then memory answers alone.

    ``auto`` takes, in this order: a configured base URL (OpenAI-compatible), a key of
    Anthropic's, nothing. A key goes to its own provider only: with a base URL in the
    settings, Anthropic's key is never sent there unless the name is ``anthropic``.
    HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are honored by the HTTP library.

    Args:
        base_url: From the user's own settings, never from a project's.
        environment: ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, ANTHROPIC_BASE_URL,
            OPENAI_API_KEY and OPENAI_BASE_URL are read from it.
        keyring_key: Looks up a provider's key by its name; asked if the environment has none.

    Raises:
        ConfigError: If the name is unknown, or a base URL is missing or wrong.
        KeyRejected: If Anthropic is named and there is no key for it.
    """
    look_up = keyring_key or (lambda _: None)
    if name == "auto":
        name = _meant(base_url, environment, look_up)
    if name == "none":
        return None
    if name == "anthropic":
        return _anthropic(base_url, environment, look_up)
    if name == "openai":
        return _openai(base_url, environment, look_up)
    raise ConfigError(
        f"{name!r} is not a provider.",
        hint=f"Set provider to one of {', '.join(PROVIDER_NAMES)}.",
    )


def _meant(
    base_url: str | None, environment: Mapping[str, str], look_up: Callable[[str], str | None]
) -> str:
    if base_url:
        return "openai"
    return "anthropic" if _anthropic_key(environment, look_up) else "none"


def _anthropic_key(
    environment: Mapping[str, str], look_up: Callable[[str], str | None]
) -> Key | None:
    names = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
    found = next((environment[name] for name in names if environment.get(name)), None)
    found = found or look_up("anthropic")
    return Key(found) if found else None


def _anthropic(
    base_url: str | None, environment: Mapping[str, str], look_up: Callable[[str], str | None]
) -> Provider:
    from featherchat.providers.anthropic import AnthropicProvider

    key = _anthropic_key(environment, look_up)
    if key is None:
        raise KeyRejected(
            "There is no key for Anthropic.",
            hint="Set ANTHROPIC_API_KEY, or choose another provider in the settings.",
        )
    return AnthropicProvider(key, base_url=base_url or environment.get("ANTHROPIC_BASE_URL"))


def _openai(
    base_url: str | None, environment: Mapping[str, str], look_up: Callable[[str], str | None]
) -> Provider:
    from featherchat.providers.openai import OpenAIProvider

    url = base_url or environment.get("OPENAI_BASE_URL")
    if not url:
        raise ConfigError(
            "The provider openai has no base URL.",
            hint="Set provider.base_url to an address such as http://localhost:11434/v1.",
        )
    found = environment.get("OPENAI_API_KEY") or look_up("openai")
    return OpenAIProvider(url, Key(found) if found else None)
