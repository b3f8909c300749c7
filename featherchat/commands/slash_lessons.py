"""The slash commands /bug, /tried and /prefer: a line with named parts, the answer as Markdown."""

import re
from collections.abc import Mapping

from featherchat.commands.fixes import (
    Lesson,
    NewDeadEnd,
    NewFix,
    PastBug,
    record_dead_end,
    record_fix,
)
from featherchat.commands.markdown import escaped, linked, listed, memory_line, need, similar
from featherchat.commands.preferences import Scope, prefer, preferences, scope_words
from featherchat.commands.signs import title_words
from featherchat.commands.wording import date_words
from featherchat.errors import UsageError
from featherchat.project import Project
from featherchat.recall.context import short_id

_PART = re.compile(r"(?:^|\s)--([a-z-]+)(?=\s|$)")


async def bug(project: Project, argument: str) -> str:
    """Record a bug, and name those that were like it."""
    said = parts(argument, ("cause", "fix", "prevention", "path", "caused-by"))
    need(said[""], "/bug WHAT --cause WHY --fix HOW --prevention HOW --path PATH")
    new = NewFix(
        said[""],
        said.get("cause", ""),
        said.get("fix", ""),
        said.get("prevention", ""),
        tuple(said.get("path", "").split()),
        said.get("caused-by"),
    )
    lesson = await record_fix(project, new)
    return "\n".join([_told(project, lesson), *_similar(lesson.similar)])


async def tried(project: Project, argument: str) -> str:
    """Record a dead end."""
    said = parts(argument, ("because", "instead-of", "for"))
    need(said[""], "/tried WHAT --because WHY --instead-of ID")
    new = NewDeadEnd(said[""], said.get("because", ""), said.get("instead-of"), said.get("for"))
    return _told(project, await record_dead_end(project, new))


async def preferred(project: Project, argument: str) -> str:
    """State a preference; without one, list those that hold here."""
    said = parts(argument, ("scope",))
    if not said[""]:
        found = await preferences(project)
        lines = [f"- {memory_line(project, each)} · {scope_words(each)}" for each in found]
        return "\n".join(lines) or "No preference yet: `/prefer TEXT` states one."
    scope = said.get("scope", Scope.ALL.value)
    if scope not in set(Scope):
        raise UsageError(f"There is no scope {scope}.", hint="Use --scope all or --scope project.")
    written = await prefer(project, said[""], Scope(scope))
    known = await project.memories.get(
        [each.id for each in written.stored] or list(written.duplicates.values())
    )
    done = "Preferred" if written.stored else "That is already known"
    where = ", ".join(dict.fromkeys(scope_words(each) for each in known.values()))
    near = [each for found in written.alike.values() for each in found]
    told = f"{done}, in {where}:\n\n" + listed(project, list(known.values())) + similar(near)
    if written.superseded:
        old = [pair.old for pair in written.superseded]
        told += f"\n\nSuperseded (`/undo` takes it back):\n\n{listed(project, old)}"
    return told


def parts(argument: str, names: tuple[str, ...]) -> Mapping[str, str]:
    """What stands in front, under the empty name, and what follows each ``--name``.

    Raises:
        UsageError: If a name is not one of those.
    """
    first, *rest = _PART.split(argument)
    said = {"": first.strip()}
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        if name not in names:
            known = ", ".join(f"--{each}" for each in names)
            raise UsageError(f"There is no part --{name}.", hint=f"Use {known}.")
        said[name] = text.strip()
    return said


def _told(project: Project, lesson: Lesson) -> str:
    done = "That is already known" if lesson.known else "Recorded"
    lines = [f"{done}:", "", listed(project, [lesson.memory])]
    return "\n".join([*lines, *map(linked, lesson.linked)]) + similar(lesson.alike)


def _similar(found: tuple[PastBug, ...]) -> list[str]:
    if not found:
        return []
    return ["", "It happened before:", "", *map(_past_bug, found)]


def _past_bug(past: PastBug) -> str:
    fixed = f" · fix: {escaped(past.fix)}" if past.fix else ""
    day = date_words(past.memory.created_at)
    return f"- {day} · {escaped(title_words(past.memory))}{fixed} · `m:{short_id(past.memory.id)}`"
