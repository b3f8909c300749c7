"""The app on a poisoned project with a model that is an attacker's; run in a pseudo terminal.

    python hostile_app.py HOME REPOSITORY

It presses its own keys, each when the one before was answered, and leaves by its own key.
"""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from driving import Running
from textual.events import Paste
from textual.pilot import Pilot

from featherchat.cli.group import narrate
from featherchat.clock import FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.errors import ProviderError
from featherchat.messages import ModelRequest, ProviderEvent, ToolCall
from featherchat.project import Surroundings
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from featherchat.store.places import Places
from featherchat_tui.account import Account
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.opening import Start
from featherchat_tui.quiet import native_noise_in
from tests.hostile import HOSTILE, MARKUP

SAID = "\n\n".join(HOSTILE)
END = "\n\nThat was all."


class HostileModel:
    """Answers in small pieces, calls tools with hostile arguments, learns and fails hostilely."""

    name = SAID
    address = SAID

    def __init__(self) -> None:
        calls = tuple(
            ToolCall(f"c{place}", "read_file", {"path": text, text or "x": text})
            for place, text in enumerate(HOSTILE[:8])
        )
        pieces = (*(SAID[at : at + 3] for at in range(0, len(SAID), 3)), END)
        self._turns = iter(
            (
                ScriptedReply((SAID,), tool_calls=calls),
                ScriptedReply(pieces),
                ScriptedReply(
                    (SAID[:500],), error=ProviderError(f"Failed. {SAID[:300]}", hint=SAID[:300])
                ),
            )
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        learning = request.schema is not None
        reply = ScriptedReply((SAID,)) if learning else next(self._turns)
        async for event in ScriptedProvider([reply]).stream(request):
            yield event

    async def aclose(self) -> None:
        """Nothing is open."""


PANES = (
    ("f4", "half-life"),
    ("f5", "Code changes"),
    ("f6", "Sessions"),
    ("f7", "Changes of memory"),
    ("f2", "Settings"),
    ("f1", "Help"),
)
LINES = (
    "/theme [red]x[/]",
    "/search [@click=app.quit]pool[/]",
    "/where",
    "/doctor",
    "/adr list",
    "/adr show [/nope]",
    "/card",
    "/sessions",
    "/why README.md",
    f"/rename {MARKUP[0]}",
)


async def tour(pilot: Pilot[None]) -> None:
    """Visit everything that shows text, and leave."""
    app = pilot.app
    assert isinstance(app, FeatherchatApp)
    run = Running(app, pilot)
    await run.until(lambda: app.chat.status_line.status.memories > 0)
    # What was said of a theme before the first frame may be gone by now: one more comes.
    late = Path(sys.argv[1]) / "config" / "themes" / f"late{MARKUP[0].replace('/', '_')}.toml"
    late.write_text('name = "late"\n[colors]\nprimary = "red"\n')
    await run.until(run.sees("accent is missing"))
    await run.type("Why the pool?")
    await run.until(run.sees("That was all."))
    await run.idle()
    await see(run, "recalled for", "ctrl+o")
    await walk(run, "down", "down", "pagedown", "escape", "escape")
    await see(run, "Decisions", "f3")
    await walk(run, "down", "pagedown", "down")
    await see(run, "timeline", "g")
    await walk(run, "t", "pagedown", "l", "pagedown", "f3")
    await run.until(lambda: app.screen is app.chat)
    for key, title in PANES:
        await see(run, title, key)
        await walk(run, "pagedown", "pagedown", "down", key)
        await run.until(lambda: app.screen is app.chat)
    await see(run, "/search", "ctrl+p")
    await walk(run, *"pool", "down")
    await run.pilot.press("escape")
    await run.until(lambda: app.screen is app.chat)
    await in_the_prompt(run)


async def in_the_prompt(run: Running) -> None:
    """What is typed, completed, pasted, said of a mistake and of a failed turn."""
    chat = run.app.chat
    for line, title in (
        ("/theme", "as before"),
        ("/keys", "What your terminal"),
        ("/inbox", "Inbox"),
    ):
        await run.type(line)
        await run.until(run.sees(title))
        await walk(run, "down", "down", "escape", "escape")
        await run.until(lambda: run.app.screen is chat)
    for typed in ("@", "@doc", "/"):
        chat.prompt.replace_text("")
        await walk(run, *typed, "down", "down", "escape")
    for line in LINES:
        chat.prompt.replace_text("")
        await run.type(line)
        await walk(run)
    await run.idle()
    chat.prompt.replace_text("")
    chat.prompt.post_message(Paste(SAID))
    await walk(run, "enter")
    await run.idle()
    await walk(run, "ctrl+o", "ctrl+r", "down", "escape")
    run.app.exit()


async def see(run: Running, words: str, key: str) -> None:
    await run.pilot.press(key)
    await run.until(run.sees(words))
    await walk(run)


async def walk(run: Running, *keys: str) -> None:
    """Press keys, and let each be drawn."""
    for key in keys:
        await run.pilot.press(key)
        await run.pilot.pause(0.02)
    await run.pilot.pause(0.05)


def main() -> None:
    """Run the app until it is left, as ``featherchat`` does."""
    home, repository = map(Path, sys.argv[1:])
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    around = Surroundings(places, {}, FixedClock(), HostileModel(), HashEmbedder())
    start = Start(repository, trust=True)
    account = Account.of(places)
    app = FeatherchatApp(start, lambda tell: around, account=account, animations=False)
    places.log.mkdir(parents=True, exist_ok=True)
    with native_noise_in(places.log / "noise.log"):
        app.run(auto_pilot=tour)
    for line in (app.chat.farewell, *app.chat.last_words):
        narrate(line)
    sys.exit(app.return_code or 0)


if __name__ == "__main__":
    main()
