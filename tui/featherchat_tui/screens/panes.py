"""The part of the chat that opens the full screens and does what they were left with."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from featherchat_tui.screens.commanding import CommandScreen

if TYPE_CHECKING:
    # What stands behind a key is imported when it is pressed.
    from featherchat_tui.decisions_pane import DecisionsPane

_UNFINISHED = ("/adr supersede", "/adr link")
"""What a person has to complete: it is put into the prompt instead of being run."""


class PaneScreen(CommandScreen):
    """A screen with a prompt, and full screens behind its function keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "decay", "Memory and decay"),
    ]

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def _browse(self, memory_id: str = "") -> None:
        """Open the decision browser; what it is left with is done here."""
        from featherchat_tui.doors import decision_doors
        from featherchat_tui.screens.decisions import CLOSED, DecisionsScreen

        project = self._require()
        screen = DecisionsScreen(decision_doors(project), project.clock.now(), memory_id)
        left_with = await self._asked(screen)
        if left_with == CLOSED:
            self.remove_class("-decisions")
            self.prompt.focus()
        elif left_with:
            self._carry_out(left_with)

    def _carry_out(self, line: str) -> None:
        self.prompt.focus()
        if line.startswith(_UNFINISHED):
            self.prompt.replace_text(f"{line} ")
        else:
            self._command(line)

    def on_decisions_pane_browse(self, event: "DecisionsPane.Browse") -> None:
        event.stop()
        self._browse(event.memory_id)

    @work(group="screen", exclusive=True, exit_on_error=False)
    async def action_decay(self) -> None:
        """Open the table of every memory."""
        if not self._ready.is_set():
            return
        from featherchat_tui.doors import decay_doors
        from featherchat_tui.screens.decay import DecayScreen

        project = self._require()
        opened = await self._asked(DecayScreen(decay_doors(project, self._refresh), project.policy))
        if opened:
            self._carry_out(f"/show {opened}")
