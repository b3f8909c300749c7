"""The forms of what went wrong and of how one works: /bug, /tried and /prefer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.commands.fixes import (
    Lesson,
    NewDeadEnd,
    NewFix,
    PastBug,
    record_dead_end,
    record_fix,
    similar_bugs,
)
from featherchat.commands.markdown import linked, listed, similar
from featherchat.commands.preferences import Scope, prefer, preferences, scope_words
from featherchat.commands.signs import title_words
from featherchat.commands.wording import age, date_words
from featherchat.recall.context import short_id
from featherchat_tui.form import Field, Form
from featherchat_tui.guided import Guided, with_texts

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project

_BUG = (
    Field("Bug", "What went wrong, in a line"),
    Field("Cause", "The root cause, when it is known", lines=2),
    Field("Fix", "What repaired it", lines=2),
    Field("Prevention", "What keeps it from coming back", lines=2),
    Field("Paths", "Where it was, separated by spaces"),
    Field("Caused by", "The decision or memory that led to it: ADR-12, m:4f2a1c"),
)
_DEAD_END = (
    Field("Tried", "What was tried, in a line"),
    Field("Because", "Why it failed: that is what is worth most", lines=3),
    Field("Instead of", "The decision that it was tried in place of: ADR-12"),
    Field("For", "The decision or memory that it was tried for"),
)
_SCOPES = {"all projects": Scope.ALL, "this project": Scope.PROJECT}
_PREFERENCE = (
    Field("Preference", "How you like to work, in a line", lines=2),
    Field("Holds in", choices=tuple(_SCOPES)),
)
_PRIVATE = "A preference · seen by nobody else, exported with no project"


async def bug(guided: Guided, project: "Project", what: str) -> str:
    """Record a bug; past ones like it are shown while it is described."""

    async def look(texts: tuple[str, ...]) -> Sequence[str]:
        found = await similar_bugs(project, f"{texts[0]} {texts[1]}".strip())
        return ["It happened before:", *map(_past, found)] if found else ()

    def form(texts: tuple[str, ...]) -> Form:
        fields = with_texts(_BUG, texts or (what,))
        return Form("A bug · its cause, its fix, and what prevents it", fields, look)

    async def record(texts: tuple[str, ...]) -> str:
        name, cause, fix, prevention, paths, caused_by = texts
        new = NewFix(name, cause, fix, prevention, tuple(paths.split()), caused_by or None)
        return _told(project, await record_fix(project, new))

    return await guided.filled(f"bug {what}", form, record)


async def tried(guided: Guided, project: "Project", what: str) -> str:
    """Record a dead end and why it failed."""

    def form(texts: tuple[str, ...]) -> Form:
        fields = with_texts(_DEAD_END, texts or (what,))
        return Form("A dead end · so that it is not proposed again", fields)

    async def record(texts: tuple[str, ...]) -> str:
        name, because, instead_of, about = texts
        new = NewDeadEnd(name, because, instead_of or None, about or None)
        return _told(project, await record_dead_end(project, new))

    return await guided.filled(f"tried {what}", form, record)


async def preference(guided: Guided, project: "Project", what: str) -> str:
    """State how one works, for all projects or this one; what holds already is shown."""

    async def look(texts: tuple[str, ...]) -> Sequence[str]:
        found, now = await preferences(project), project.clock.now()
        return [
            f"{age(now - each.created_at):>4}  {title_words(each)} · {scope_words(each)}"
            for each in found
        ]

    def form(texts: tuple[str, ...]) -> Form:
        return Form(_PRIVATE, with_texts(_PREFERENCE, texts or (what,)), look)

    async def record(texts: tuple[str, ...]) -> str:
        text, scope = texts
        written = await prefer(project, text, _SCOPES[scope])
        known = await project.memories.get(list(written.duplicates.values()))
        done = "Preferred" if written.stored else "That is already known"
        near = [each for found in written.alike.values() for each in found]
        stored = [*written.stored, *known.values()]
        return f"{done}, in {scope}:\n\n{listed(project, stored)}{similar(near)}"

    return await guided.filled(f"prefer {what}", form, record)


def _past(past: PastBug) -> str:
    fixed = f" · fix: {past.fix}" if past.fix else ""
    day, known = date_words(past.memory.created_at), short_id(past.memory.id)
    return f"{day}  {title_words(past.memory)}{fixed} · m:{known}"


def _told(project: "Project", lesson: Lesson) -> str:
    done = "That is already known" if lesson.known else "Recorded"
    lines = [f"{done}:", "", listed(project, [lesson.memory]), *map(linked, lesson.linked)]
    return "\n".join(lines) + similar(lesson.alike)
