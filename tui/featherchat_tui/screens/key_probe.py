"""What the terminal sends for a key: pressed here, it is named and does nothing else."""

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from featherchat.commands.wording import shown_line

_REMEMBERED = 8
_WORTH_TRYING = "Try Ctrl+J, Shift+Enter, Alt+Enter, F1 to F7, Ctrl+P, Ctrl+R, PgUp."


class KeyProbe(ModalScreen[None]):
    """Shows the last keys as they arrived; Escape twice leaves."""

    DEFAULT_CSS = """
    KeyProbe {
        align: center middle;
        & > VerticalGroup {
            width: 72; max-width: 100%; padding: 1 3; background: $surface;
            border-left: outer $accent;
        }
        & .title { text-style: bold; color: $accent; margin: 0 0 1 0; }
        & .hint { color: $foreground-muted; margin: 1 0 0 0; }
        & #keys { height: 8; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._arrived: list[str] = []

    def compose(self) -> ComposeResult:
        with VerticalGroup():
            yield Static("What your terminal sends", classes="title", markup=False)
            yield Static(_WORTH_TRYING, id="keys", markup=False)
            yield Static(
                "A key that is not named here does not arrive: tmux, ssh or the terminal"
                " keeps it. Esc twice leaves.",
                classes="hint",
                markup=False,
            )

    def on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape" and self._arrived[-1:] == ["escape"]:
            self.dismiss(None)
            return
        self._arrived = [*self._arrived, event.key][-_REMEMBERED:]
        self.query_one("#keys", Static).update(Content(shown_line(" · ".join(self._arrived))))
