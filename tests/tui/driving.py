"""The whole app on a real repository, with a scripted model, driven by keys."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from settling import delivered, settled, until
from textual.pilot import Pilot

from featherchat.clock import FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.project import Surroundings
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from featherchat.store.places import Places
from featherchat_tui.account import Account
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.first_start import FirstStart
from featherchat_tui.opening import Start

RECORD = """# 1. Use PostgreSQL

Date: 2026-01-05

## Status

Accepted

## Context

Every ledger write must be one transaction.

## Decision

We use PostgreSQL for the ledger.

## Alternatives

* MongoDB: no audit trail
"""


def make_repository(tmp_path: Path) -> Path:
    root = tmp_path / "ledger"
    (root / "docs" / "adr").mkdir(parents=True)
    (root / "README.md").write_text("# Ledger\n\nA ledger that keeps every payment of the shop.\n")
    (root / "docs" / "adr" / "0001-use-postgresql.md").write_text(RECORD)
    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    return root


@dataclass
class Running:
    """The app, its keyboard, and the model it talks to."""

    app: FeatherchatApp
    pilot: Pilot[None]

    async def until(self, holds: Callable[[], bool]) -> None:
        await until(self.pilot, holds, lambda: f"The page says {self.page()}")

    async def type(self, text: str) -> None:
        self.app.chat.prompt.insert(text)
        await self.pilot.press("enter")
        await delivered(self.pilot)

    def page(self) -> str:
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        )

    def sees(self, text: str) -> Callable[[], bool]:
        return lambda: text in self.page()

    async def settled(self) -> None:
        await settled(self.pilot)

    async def idle(self) -> None:
        await self.until(lambda: not any(w.is_running for w in self.app.chat.workers))


class Held:
    """A model that says so many pieces of its slow answers, and no more until it may."""

    def __init__(self, pieces: int) -> None:
        self._pieces = asyncio.Semaphore(pieces)

    async def sleep(self, seconds: float) -> None:
        await self._pieces.acquire()

    def let_go(self) -> None:
        """Let everything come that is still to be said."""
        for _ in range(10_000):
            self._pieces.release()


@asynccontextmanager
async def running(
    repository: Path,
    script: Sequence[ScriptedReply | str] | None = None,
    *,
    home: Path | None = None,
    trust: bool = True,
    size: tuple[int, int] = (120, 36),
    start: Start | None = None,
    animations: bool = True,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Running]:
    home = home or repository.parent
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    provider = None if script is None else ScriptedProvider(script, sleep=sleep)
    around = Surroundings(places, {}, FixedClock(), provider, HashEmbedder())
    begin = start or Start(repository, trust=trust)
    account = Account.of(places)
    app = FeatherchatApp(begin, lambda tell: around, account=account, animations=animations)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Running(app, pilot)


async def open_strip(run: Running) -> None:
    """Ask what memory answers, and open what it recalled for it."""
    await learn(run)
    await run.type("Why do we use PostgreSQL for the ledger?")
    await run.until(run.sees("recalled"))
    await run.idle()
    await run.pilot.press("ctrl+o")
    await run.until(run.sees("w wrong"))


async def learn(run: Running) -> None:
    await run.until(lambda: isinstance(run.app.screen, FirstStart))
    await run.pilot.press("l")
    await run.until(run.sees("Learnt 2 documents"))
    await run.idle()
