"""Which command lines are answered with screens of their own."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from featherchat.commands.slash import Line
from featherchat_tui import lesson_forms
from featherchat_tui.guided import Guided

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project

Guide = Callable[["Project"], Awaitable[str]]
"""Asks, acts, and says what was done as Markdown."""

_LESSONS = {
    "bug": lesson_forms.bug,
    "tried": lesson_forms.tried,
    "prefer": lesson_forms.preference,
}


def guide_of(guided: Guided, line: Line) -> Guide | None:
    """What asks before a command acts; None for one that acts as it was typed.

    A line that says everything itself, with parts such as ``--because`` or ``--yes``,
    acts as it was typed.
    """
    first, _, rest = line.argument.partition(" ")
    rest = rest.strip()
    if line.name == "card" and "--write" in line.argument and "--yes" not in line.argument:
        return lambda project: guided.write_card(project, line.argument)
    if line.name == "adr" and first == "new" and "--" not in rest:
        return lambda project: guided.decide(project, rest)
    if line.name == "adr" and first == "write" and "--" not in rest:
        return lambda project: guided.write_records(project, rest.split())
    if line.name == "edit" and line.argument and not rest:
        return lambda project: guided.reword(project, first)
    if line.name == "inbox" and not line.argument:
        return guided.look_through
    lesson = _LESSONS.get(line.name)
    said_all = line.name == "prefer" and line.argument
    if lesson is None or said_all or "--" in line.argument:
        return None
    return lambda project: lesson(guided, project, line.argument)
