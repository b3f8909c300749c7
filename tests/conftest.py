"""What many tests stand on: a fixed clock, an empty home, memories made in one line."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from featherchat.clock import FixedClock
from featherchat.memory import Memory, Source, Status, traits_of
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

# The same examples in every run, however slow the machine: what fails once fails again, and what
# passed here passes there. ``pytest -m property --hypothesis-profile=search`` looks for new ones.
for profile, same_each_time in (("same", True), ("search", False)):
    settings.register_profile(
        profile,
        derandomize=same_each_time,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("same")

NOW = 1_790_000_000.0

MakeMemory = Callable[..., Memory]
MakeCause = Callable[..., Cause]


def pytest_xdist_auto_num_workers() -> int:
    """Three test processes on two cores: a test of the app sleeps more than half of its time."""
    return max((os.cpu_count() or 1) * 3 // 2, 2)


def examples(short: int, long: int) -> int:
    """On how many examples a property is tried: on many where the slow tests run.

    Its test is marked ``property``, and ``LONG_PROPERTIES=1 pytest -m property`` is the long form.
    """
    return long if os.environ.get("LONG_PROPERTIES") else short


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def empty_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings, keys, stores or proxies, whatever machine this is."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("FEATHERCHAT_", "XDG_", "ANTHROPIC_", "OPENAI_", "VOYAGE_", "GIT_")):
            monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Ada")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "ada@example.org")
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Ada")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "ada@example.org")
    return home


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def a_memory(clock: FixedClock) -> MakeMemory:
    """Makes a memory from its text; every other field can be given."""

    def make(text: str, **given: object) -> Memory:
        fields: dict[str, object] = {
            "id": clock.new_id(),
            "text": text,
            "title": text[:60],
            "kind": "decision",
            "source": Source(author="user", at=clock.now()),
            "created_at": clock.now(),
            "status": Status.ACTIVE,
        }
        fields["importance"] = traits_of(str(given.get("kind", "decision"))).importance
        return Memory(**{**fields, **given})  # type: ignore[arg-type]

    return make


@pytest.fixture
def a_cause(clock: FixedClock) -> MakeCause:
    """Makes the head of a change: a new operation each time."""

    def make(reason: str = "a test", **given: object) -> Cause:
        fields = {"operation": clock.new_id(), "at": clock.now(), "actor": "user", "reason": reason}
        return Cause(**{**fields, **given})  # type: ignore[arg-type]

    return make


@pytest.fixture
def store(tmp_path: Path, clock: FixedClock) -> Iterator[SqliteStore]:
    opened = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", clock)
    yield opened
    opened.close()
