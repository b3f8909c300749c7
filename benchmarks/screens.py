"""What does the app look like on a real repository?

    python -m benchmarks.screens --repository DIR --question "Why …?" --out benchmarks/screens

Opens the app headless on a checkout with an empty home and no model, learns it, asks
the question, and writes SVG pictures of the first start, the answer, the decisions, the
opened strip, the code changes, the decay pane, the form of a decision and the card's diff,
at 80×24 and 160×45. Nothing is written into the checkout. Nothing is faked: documents,
memories, scores and screens are the run's own; only addresses of people are covered with dots.
"""

import argparse
import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from featherchat.clock import SystemClock
from featherchat.project import Surroundings
from featherchat.store.places import Places
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.asking import ConfirmText
from featherchat_tui.first_start import FirstStart, TrustQuestion
from featherchat_tui.form import Form
from featherchat_tui.opening import Start
from featherchat_tui.screens.code_changes import CodeChangesScreen
from featherchat_tui.screens.decay import DecayScreen

SIZES = ((80, 24), (160, 45))
SEARCHED = 30
"""Changes among which one that names a record is looked for."""

PATIENCE = 12_000
"""Rounds of 0.1 s until meaning must be complete."""


async def take(arguments: argparse.Namespace, home: Path, size: tuple[int, int]) -> None:
    """One run of the app at one size."""
    # What lies below the home is shown from there.
    os.environ["HOME"] = str(home)
    mine = (home / ".local/share", home / ".cache", home / ".config", home / ".local/state")
    places = Places(*(place / "featherchat" for place in mine))
    around = Surroundings(places, {}, SystemClock())
    start = Start(Path(arguments.repository).resolve())
    app = FeatherchatApp(start, lambda tell: around, theme=arguments.theme)
    label = f"{arguments.theme}-{size[0]}x{size[1]}"
    async with app.run_test(size=size, notifications=True) as pilot:
        await _until(pilot, lambda: isinstance(app.screen, TrustQuestion))
        await pilot.press("y")
        await _until(pilot, lambda: isinstance(app.screen, FirstStart))
        await pilot.pause(1.0)
        _save(app, arguments.out, f"start-{label}")
        await pilot.press("l")
        await _until(pilot, lambda: app.chat.status_line.status.memories > 0)
        await _until(pilot, lambda: _is_idle(app))
        await pilot.press(*arguments.question, "enter")
        await _until(pilot, lambda: app.chat.conversation.last_answer() != "")
        await _until(pilot, lambda: _is_idle(app))
        await pilot.press("f3")
        await _until(pilot, lambda: bool(app.chat.pane.cards))
        await pilot.press("escape")
        await pilot.pause(0.3)
        _save(app, arguments.out, f"chat-{label}")
        if size[0] < 100:
            await pilot.press("f3")
            await pilot.pause(0.3)
            _save(app, arguments.out, f"decisions-{label}")
            await pilot.press("escape")
        await pilot.press("ctrl+o")
        await pilot.pause(0.3)
        _save(app, arguments.out, f"strip-{label}")
        await pilot.press("escape")
        await _panes(pilot, app, arguments, label)
        await _forms(pilot, app, arguments, label)


async def _panes(
    pilot: Pilot[None], app: FeatherchatApp, arguments: argparse.Namespace, label: str
) -> None:
    """The code changes, the newest that names a record chosen, and the decay."""
    await pilot.press("f5")
    await _until(pilot, lambda: isinstance(app.screen, CodeChangesScreen))
    await pilot.pause(3.0)
    part = app.screen.query_one("#part", Static)
    for _ in range(SEARCHED):
        if str(part.content).startswith("explicit"):
            break
        await pilot.press("down")
    _save(app, arguments.out, f"code-{label}")
    await pilot.press("escape")
    await _until(pilot, lambda: app.screen is app.chat)
    await pilot.press("f4")
    await _until(pilot, lambda: isinstance(app.screen, DecayScreen))
    await pilot.pause(3.0)
    await pilot.press("down")
    await pilot.pause(0.3)
    _save(app, arguments.out, f"decay-{label}")
    await pilot.press("escape")
    await _until(pilot, lambda: app.screen is app.chat)


async def _forms(
    pilot: Pilot[None], app: FeatherchatApp, arguments: argparse.Namespace, label: str
) -> None:
    """The form of a decision that meets another, and the diff of the card."""
    await _until(pilot, lambda: bool(app.chat.pane.cards))
    title = app.chat.pane.cards[0].memory.title
    app.chat.prompt.insert(f"/adr new Something else instead of {title}")
    await pilot.press("enter")
    await _until(pilot, lambda: isinstance(app.screen, Form))
    await pilot.pause(1.0)
    _save(app, arguments.out, f"decision-{label}")
    await pilot.press("escape")
    app.chat.prompt.insert("/card --write CARD.md")
    await pilot.press("enter")
    await _until(pilot, lambda: isinstance(app.screen, ConfirmText))
    await pilot.pause(0.3)
    _save(app, arguments.out, f"card-{label}")
    await pilot.press("n")


def _is_idle(app: FeatherchatApp) -> bool:
    return not any(worker.is_running for worker in app.chat.workers)


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    for _ in range(PATIENCE):
        if holds():
            return
        await pilot.pause(0.1)
    raise SystemExit("The app did not get there.")


def _save(app: FeatherchatApp, folder: str, name: str) -> None:
    path = Path(folder) / f"{name}.svg"
    picture = app.export_screenshot(title="featherchat")
    # The fonts would be fetched from elsewhere; every reader has a monospaced one.
    picture = re.sub(r"@font-face \{.*?\}\n", "", picture, flags=re.DOTALL)
    picture = picture.replace("Fira Code", "DejaVu Sans Mono")
    # Whose commits these are is public, and yet nothing to print.
    picture = re.sub(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda found: "·" * len(found[0]), picture)
    path.write_text(picture, encoding="utf-8")
    print(f"screen={path}")


def main(argv: Sequence[str] | None = None) -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repository", required=True)
    parser.add_argument("--question", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--theme", default="feather")
    arguments = parser.parse_args(argv)
    Path(arguments.out).mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(take(arguments, Path(home), size))


if __name__ == "__main__":
    main()
