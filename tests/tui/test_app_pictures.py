"""The main screens look as they did: at three sizes, light, dark, of high contrast, colorless."""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from driving import Running, running
from ledger import REPOSITORY, at_the_ledger, live_through, make_ledger
from picturing import Picture, Shot, differences, shot
from textual.widgets import Input, TextArea

from featherchat_tui.first_start import FirstStart
from featherchat_tui.inbox import Inbox

pytestmark = pytest.mark.pictures

SIZES = ((80, 24), (160, 45), (60, 20))
LOOKS = ("light", "dark", "high-contrast")


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    make_ledger(tmp_path, monkeypatch)
    yield
    monkeypatch.undo()
    time.tzset()


async def still(run: Running) -> Shot:
    """What is on the screen when nothing blinks and everything is drawn."""
    for box in run.app.screen.query("TextArea, Input").results():
        if isinstance(box, TextArea | Input):
            box.cursor_blink = False
    run.app.clear_notifications()
    before = None
    while before != (now := shot(run.app)):
        before = now
        await run.pilot.pause()
        await run.pilot.pause()
    return now


async def take(run: Running, pictures: dict[str, Picture], name: str) -> None:
    """A picture of the screen in every look and at every size."""
    picture = pictures[name] = Picture()
    await still(run)
    for look in LOOKS:
        run.app.theme = look
        await run.pilot.pause()
        picture.looks[look] = shot(run.app)
    for width, height in SIZES:
        await run.pilot.resize_terminal(width, height)
        picture.texts[f"{width}x{height}"] = (await still(run)).text
    await run.pilot.resize_terminal(*SIZES[0])
    await still(run)


async def steps(run: Running) -> AsyncIterator[str]:
    """Lead from screen to screen, and name each."""
    press, until = run.pilot.press, run.until
    await press("ctrl+o")
    yield "conversation"
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
    await run.type("/theme")
    await until(run.sees("↵ keep"))
    yield "themes"
    await press("escape")
    await press("slash", "a")
    await until(run.sees("/adr"))
    yield "completion"


@pytest.mark.anyio
async def test_the_first_start_looks_as_it_did() -> None:
    pictures: dict[str, Picture] = {}
    async with running(REPOSITORY, home=Path("home"), size=SIZES[0], animations=False) as run:
        await run.until(lambda: isinstance(run.app.screen, FirstStart))
        await take(run, pictures, "first-start")

    assert not differences(pictures)


@pytest.mark.anyio
async def test_the_main_screens_look_as_they_did(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures: dict[str, Picture] = {}
    await live_through(Path("home"))
    shutil.copytree("home", "again")
    async with at_the_ledger(Path("home"), SIZES[0]) as run:
        async for name in steps(run):
            await take(run, pictures, name)
    shutil.rmtree("home")
    Path("again").rename("home")
    monkeypatch.setenv("NO_COLOR", "1")
    async with at_the_ledger(Path("home"), SIZES[0]) as run:
        async for name in steps(run):
            pictures[name].looks["no color"] = await still(run)

    for picture in pictures.values():
        for each in picture.looks.values():
            assert "\n".join(each.text) == "\n".join(picture.looks["light"].text)
    assert not differences(pictures)
