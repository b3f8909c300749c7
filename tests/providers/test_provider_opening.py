import subprocess
import sys

import pytest

from featherchat.errors import ConfigError, KeyRejected
from featherchat.providers.keys import Key
from featherchat.providers.opening import open_provider

LOCAL = "http://localhost:11434/v1"

WITH_KEY = {"ANTHROPIC_API_KEY": "sk-ant"}


@pytest.mark.parametrize(
    ("name", "base_url", "environment", "expected"),
    [
        ("auto", None, {}, None),
        ("auto", None, WITH_KEY, ("anthropic", "api.anthropic.com")),
        ("auto", None, {"ANTHROPIC_AUTH_TOKEN": "t"}, ("anthropic", "api.anthropic.com")),
        ("auto", LOCAL, {}, ("openai", "localhost:11434")),
        ("auto", LOCAL, WITH_KEY, ("openai", "localhost:11434")),
        ("auto", None, {"OPENAI_API_KEY": "sk-o"}, None),
        ("none", LOCAL, WITH_KEY, None),
        ("anthropic", "https://gateway.example", WITH_KEY, ("anthropic", "gateway.example")),
        (
            "anthropic",
            None,
            WITH_KEY | {"ANTHROPIC_BASE_URL": "https://gateway.example"},
            ("anthropic", "gateway.example"),
        ),
        ("openai", None, {"OPENAI_BASE_URL": LOCAL}, ("openai", "localhost:11434")),
    ],
)
def test_settings_and_environment_choose_the_provider(
    name: str,
    base_url: str | None,
    environment: dict[str, str],
    expected: tuple[str, str] | None,
) -> None:
    provider = open_provider(name, base_url=base_url, environment=environment)

    assert (provider and (provider.name, provider.address)) == expected


def test_the_keyring_is_asked_when_the_environment_has_no_key() -> None:
    provider = open_provider("auto", environment={}, keyring_key={"anthropic": "sk-ant"}.get)

    assert provider is not None
    assert provider.name == "anthropic"


def test_anthropic_without_a_key_says_where_to_put_one() -> None:
    with pytest.raises(KeyRejected) as caught:
        open_provider("anthropic", environment={"ANTHROPIC_API_KEY": ""})

    assert "ANTHROPIC_API_KEY" in caught.value.hint


def test_openai_without_an_address_is_refused() -> None:
    with pytest.raises(ConfigError, match="base URL"):
        open_provider("openai", environment={"OPENAI_API_KEY": "sk-o"})


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        open_provider("antropic", environment={})

    assert "auto, anthropic, openai, none" in caught.value.hint


@pytest.mark.parametrize("text", ["", "  ", "sk–ant", "sk ant", "sk\nant"])
def test_what_cannot_be_a_key_is_refused(text: str) -> None:
    with pytest.raises(KeyRejected):
        Key(text)


def test_a_key_shows_itself_only_when_asked() -> None:
    key = Key(" sk-secret\n")

    assert "secret" not in f"{key!r} {key}"
    assert key.reveal() == "sk-secret"


def test_opening_a_provider_loads_no_library() -> None:
    script = (
        "import sys\n"
        "from featherchat.providers.opening import open_provider\n"
        "assert 'asyncio' not in sys.modules\n"
        "open_provider('anthropic', environment={'ANTHROPIC_API_KEY': 'sk-test'})\n"
        f"open_provider('openai', base_url='{LOCAL}', environment={{}})\n"
        "assert not {'anthropic', 'httpx2', 'pydantic'} & set(sys.modules)\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
