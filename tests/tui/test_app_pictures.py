"""The main screens look as they did: at three sizes, light, dark, of high contrast, colorless."""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from driving import Running, running
from ledger import REPOSITORY, at_the_ledger, live_through, make_ledger
from picturing import Picture, Shot, differences, is_updating, shot, stored_text
from settling import PATIENCE
from textual.widgets import Input, TextArea

from featherchat_tui.first_start import FirstStart
from featherchat_tui.inbox import Inbox

pytestmark = pytest.mark.pictures

SIZES = ((80, 24), (160, 45), (60, 20))
MAIN, LARGEST = "conversation", (240, 70)
LOOKS = ("light", "dark", "high-contrast")


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    make_ledger(tmp_path, monkeypatch)
    yield
    monkeypatch.undo()
    time.tzset()


@dataclass
class Album:
    """The pictures of some screens; one that is not as it was is given time to become so."""

    pictures: dict[str, Picture] = field(default_factory=dict)
    patience: float = PATIENCE
    """Seconds that may still be spent on waiting, in all."""

    async def take(self, run: Running, name: str) -> None:
        """A picture of the screen in every look and at every size."""
        picture = self.pictures[name] = Picture()
        for look in LOOKS:
            run.app.theme = look
            picture.looks[look] = await self.shot(run, name, SIZES[0])
        for size in (*SIZES, *([LARGEST] if name == MAIN else [])):
            await run.pilot.resize_terminal(*size)
            picture.texts[_named(size)] = (await self.shot(run, name, size)).text
        await run.pilot.resize_terminal(*SIZES[0])
        await still(run)

    async def shot(self, run: Running, name: str, size: tuple[int, int]) -> Shot:
        """What is on the screen; if that is not what was there, what comes within some time."""
        wanted = stored_text(name, _named(size))
        now = await still(run)
        begun = time.monotonic()
        while not is_updating() and [line.rstrip() for line in now.text] != wanted:
            if time.monotonic() - begun > self.patience:
                break
            await run.pilot.pause(0.1)
            now = await still(run)
        self.patience -= time.monotonic() - begun
        return now


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


async def still(run: Running) -> Shot:
    """What is on the screen when nothing blinks and everything is drawn."""
    for box in run.app.screen.query("TextArea, Input").results():
        if isinstance(box, TextArea | Input):
            box.cursor_blink = False
    before = None
    while before != (now := shot(run.app)):
        before = now
        run.app.clear_notifications()
        await run.settled()
    return now


async def steps(run: Running) -> AsyncIterator[str]:
    """Lead from screen to screen, and name each."""
    press, until = run.pilot.press, run.until
    await press("ctrl+o")
    yield MAIN
    await press("escape", "escape", "f3")
    await until(run.sees("accepted"))
    await press("g")
    await until(run.sees("rejected"))
    yield "decision-graph"
    await press("t")
    yield "decision-tree"
    await press("l")
    yield "decision-timeline"
    await press("f3", "f4")
    await until(run.sees("Retry a booking"))
    yield "decay"
    await press("f4", "f5")
    await until(run.sees("says ADR-"))
    yield "code-changes"
    await press("f5", "f6")
    await until(run.sees("branch main"))
    yield "sessions"
    await press("f6", "f7")
    await until(run.sees("remembered"))
    yield "changes"
    await press("f7", "f2")
    await until(run.sees("model.provider"))
    yield "settings"
    await press("f2", "f1")
    yield "help"
    await press("f1")
    await run.type("/inbox")
    await until(lambda: isinstance(run.app.screen, Inbox))
    yield "inbox"
    await press("escape")
    await run.type("/clear")
    await until(run.sees("A new conversation"))
    await still(run)  # without the notice, which would stay below the next screen for a while
    await run.type("/theme")
    await until(run.sees("↵ keep"))
    yield "themes"
    await press("escape")
    await press("slash", "a")
    await until(run.sees("/adr"))
    yield "completion"


@pytest.mark.anyio
async def test_the_first_start_looks_as_it_did() -> None:
    album = Album()
    async with running(REPOSITORY, home=Path("home"), size=SIZES[0], animations=False) as run:
        await run.until(lambda: isinstance(run.app.screen, FirstStart))
        await album.take(run, "first-start")

    assert not differences(album.pictures)


@pytest.mark.anyio
async def test_the_main_screens_look_as_they_did(monkeypatch: pytest.MonkeyPatch) -> None:
    album = Album()
    await live_through(Path("home"))
    shutil.copytree("home", "again")
    async with at_the_ledger(Path("home"), SIZES[0]) as run:
        async for name in steps(run):
            await album.take(run, name)
    shutil.rmtree("home")
    Path("again").rename("home")
    monkeypatch.setenv("NO_COLOR", "1")
    async with at_the_ledger(Path("home"), SIZES[0]) as run:
        async for name in steps(run):
            shown = await album.shot(run, name, SIZES[0])
            album.pictures[name].looks["no color"] = shown

    for picture in album.pictures.values():
        for each in picture.looks.values():
            assert "\n".join(each.text) == "\n".join(picture.looks["light"].text)
    assert not differences(album.pictures)
