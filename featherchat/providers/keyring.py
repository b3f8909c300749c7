"""Keys from the system's keyring, where the extra ``keyring`` is installed."""

from importlib.util import find_spec

SERVICE = "featherchat"


def key_from_keyring(provider: str) -> str | None:
    """The key that is kept for a provider, or None; without a keyring nothing is kept."""
    if find_spec("keyring") is None:
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        found: str | None = keyring.get_password(SERVICE, provider)
    except KeyringError:
        return None  # most headless machines have no keyring at all
    return found
