"""The help page names the keys that there are."""

from textual.binding import Binding

from featherchat_tui.app import FeatherchatApp
from featherchat_tui.decisions_pane import DecisionsPane
from featherchat_tui.form import Form
from featherchat_tui.graph_view import GraphView
from featherchat_tui.inbox import Inbox
from featherchat_tui.keymap import written as in_words
from featherchat_tui.keys import KEYS
from featherchat_tui.prompt import NEWLINE_KEYS, Prompt
from featherchat_tui.screens.changes import ChangesScreen
from featherchat_tui.screens.chat import ChatScreen
from featherchat_tui.screens.code_changes import CodeChangesScreen
from featherchat_tui.screens.decay import DecayScreen
from featherchat_tui.screens.decisions import DecisionsScreen
from featherchat_tui.screens.panes import PaneScreen
from featherchat_tui.screens.sessions import SessionsScreen
from featherchat_tui.screens.settings import SettingsScreen
from featherchat_tui.strip import MemoryStrip

WRITTEN = {
    "plus,equals_sign": "+",
    "minus": "-",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "slash": "/",
    "enter": "↵",
}


ARROWS = {"up", "down", "left", "right"}


def keys_of(bindings: list[object]) -> set[str]:
    keys = [binding.key for binding in bindings if isinstance(binding, Binding)]
    single = [each for key in keys for each in ([key] if key in WRITTEN else key.split(","))]
    return {WRITTEN.get(key) or in_words(key) for key in single}


def named(where: str) -> set[str]:
    return {key for help_ in KEYS if help_.where == where for key in help_.key.split()}


def test_help_names_every_key_of_the_screen() -> None:
    screen = [*FeatherchatApp.BINDINGS, *ChatScreen.BINDINGS, *PaneScreen.BINDINGS]

    assert keys_of(screen) <= named("Everywhere")


def test_help_names_the_keys_of_the_full_screens() -> None:
    assert keys_of([*DecisionsScreen.BINDINGS, *GraphView.BINDINGS]) - ARROWS <= named(
        "Decision browser"
    )
    assert keys_of(list(DecayScreen.BINDINGS)) <= named("Memory and decay")
    assert keys_of(list(CodeChangesScreen.BINDINGS)) - ARROWS <= named("Code changes")
    assert keys_of(list(SessionsScreen.BINDINGS)) <= named("Sessions")
    assert keys_of(list(ChangesScreen.BINDINGS)) <= named("Changes")
    assert keys_of(list(SettingsScreen.BINDINGS)) <= named("Settings")


def test_help_names_the_keys_of_the_strip_that_do_something_to_a_memory() -> None:
    assert {"p", "f", "u", "↵"} <= keys_of(list(MemoryStrip.BINDINGS)) & named("Memory strip")


def test_help_names_the_keys_of_the_prompt() -> None:
    assert {"esc", "^C", "^F", "^G", "^R", "^D"} <= keys_of(list(Prompt.BINDINGS)) & named("Prompt")
    assert "^J" in named("Prompt")
    assert "ctrl+j" in NEWLINE_KEYS


def test_help_names_the_keys_of_the_decisions() -> None:
    assert keys_of(list(DecisionsPane.BINDINGS)) <= named("Decisions")


def test_help_names_the_keys_of_forms_and_of_the_inbox() -> None:
    assert {"esc", "^S"} <= keys_of(list(Form.BINDINGS)) & named("Forms")
    assert set("abermnu") | {"space"} <= keys_of(list(Inbox.BINDINGS)) & named("Inbox")
