"""ask --edits: each edit that the model proposes is shown at the terminal and asked about."""

import sys

import click

from featherchat.cli.group import narrate
from featherchat.commands.edits import Answer, HeldEdit
from featherchat.commands.wording import counted
from featherchat.errors import UsageError

_QUESTION = "Write it? y yes, a yes to all of this turn; anything else is a no, and says why"
_YES = frozenset({"y", "yes"})
_ALL = frozenset({"a", "all"})
_NO = frozenset({"n", "no"})


def check_terminal() -> None:
    """Refuse to edit where nobody can be asked.

    Raises:
        UsageError: If there is no terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError(
            "Nobody can be asked here, so no file is edited.",
            hint="Leave out --edits, or call it at a terminal.",
        )


async def agreed_at_terminal(held: HeldEdit) -> Answer:
    """Show an edit with its decisions, and what a person says to it."""
    narrate(f"\n{held.title}")
    for line in held.decisions:
        narrate(line)
    if held.contradictions:
        count = counted(len(held.found.contradictions), "contradiction")
        narrate("\n".join([f"✕ {count} with a decision in force", *held.contradictions]))
    narrate(held.change.diff)
    said = str(click.prompt(_QUESTION, default="", show_default=False, err=True)).strip()
    word = said.lower()
    if word in _YES | _ALL:
        return Answer(agreed=True, rest=word in _ALL)
    return Answer(agreed=False, why="" if word in _NO else said)
