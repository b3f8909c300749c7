"""Slash commands: the same verbs as in the shell, their answers as Markdown for the page.

A command that is not known is reported; a guess is never run.
"""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.commands import health, memories, slash_lessons, timeline
from featherchat.commands.layers import layers_of
from featherchat.commands.markdown import escaped, facts, linked, listed, memory_line, need, similar
from featherchat.commands.moments import past_moment
from featherchat.commands.signs import (
    SUSPECT,
    source_words,
    title_words,
)
from featherchat.commands.slash_adr import adr
from featherchat.commands.slash_card import card
from featherchat.commands.table import slash_commands
from featherchat.commands.telling import edge_line, step_head, step_lines
from featherchat.commands.terminal import this_terminal
from featherchat.commands.wording import counted, date_words, day_of, moment_words
from featherchat.errors import UsageError
from featherchat.project import Project
from featherchat.recall.context import doubts

if TYPE_CHECKING:
    # The gate is loaded with the first write.
    from featherchat.capture.gate import Kept


@dataclass(frozen=True, slots=True)
class Line:
    """A command line as it was typed."""

    name: str
    argument: str


def parse_line(text: str) -> Line:
    """The command and what follows it.

    Raises:
        UsageError: If there is no such command.
    """
    name, _, argument = text.strip().removeprefix("/").partition(" ")
    known = [command.name for command in slash_commands()]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f" Did you mean /{near[0]}?" if near else ""
        raise UsageError(f"There is no command /{name}.{guess}", hint="Type / to see them all.")
    return Line(name, argument.strip())


async def run_line(project: Project, line: Line) -> str:
    """Run a command of the project, and say what it did, as Markdown.

    Raises:
        FeatherchatError: If it cannot be done.
    """
    return await _VERBS[line.name](project, line.argument)


def is_project_command(line: Line) -> bool:
    """Whether a command is answered here, and not by the app itself."""
    return line.name in _VERBS


async def _search(project: Project, argument: str) -> str:
    need(argument, "/search QUESTION")
    recall = await memories.search(project, memories.Question(argument))
    if recall.episodes:
        lines = [
            f"- {date_words(each.memory.created_at)} · {memory_line(project, each.memory)}"
            for each in recall.episodes
        ]
        return "\n".join(["Every time it happened, the oldest first:", "", *lines])
    if not recall.found:
        return f"No relevant memory. {recall.notice}".strip()
    return listed(project, [each.memory for each in recall.found])


async def _remember(project: Project, argument: str) -> str:
    need(argument, "/remember TEXT")
    written = await memories.remember(project, argument)
    return await _told(project, "Remembered", written)


async def _show(project: Project, argument: str) -> str:
    need(argument, "/show ID")
    shown = await memories.show(project, argument)
    memory = shown.memory
    lines = [f"**{escaped(title_words(memory))}**", "", facts(project, memory), ""]
    lines += [f"- {SUSPECT.mark} {escaped(doubt)}" for doubt in doubts(memory)]
    lines += [f"> {line}" for line in memory.text.splitlines()]
    lines.append("")
    lines += [f"- also from `{source_words(source)}`" for source in memory.sources]
    lines += [linked(link) for link in shown.linked]
    lines += [f"- {day_of(each.at)}: {escaped(each.reason)}" for each in shown.history]
    return "\n".join(lines)


async def _edit(project: Project, argument: str) -> str:
    reference, _, text = argument.partition(" ")
    need(text, "/edit ID TEXT")
    return await _told(project, "Changed", await memories.edit(project, reference, text))


async def _forget(project: Project, argument: str) -> str:
    need(argument, "/forget ID")
    forgotten = await memories.forget(project, argument.split(), hard=False)
    return "Forgot (`/undo` brings it back):\n\n" + listed(project, forgotten)


async def _undo(project: Project, argument: str) -> str:
    option, _, session = argument.partition(" ")
    if option == "--session":
        need(session, "/undo --session ID")
        undone = await timeline.undo_session(project, session.strip())
    else:
        undone = await memories.undo(project, argument or None)
    touched = len(undone.removed) + len(undone.restored)
    count = counted(touched, "memory", "memories")
    return f"Took back: {escaped(undone.reason)} ({count}). {memories.left_by(undone)}".rstrip()


async def _history(project: Project, argument: str) -> str:
    need(argument, "/history ID")
    found = await timeline.history(project, argument)
    lines = [f"**{escaped(title_words(found.memory))}**", ""]
    for step in found.steps:
        lines.append(f"- {escaped(step_head(step))}")
        lines += [f"    - {escaped(line)}" for line in step_lines(step, found.memory.id)]
    if found.horizon is not None:
        lines += ["", f"What happened before {moment_words(found.horizon)} was compacted."]
    return "\n".join(lines)


async def _diff(project: Project, argument: str) -> str:
    need(argument, "/diff SINCE [UNTIL]")
    since, _, until = argument.partition(" ")
    first = await past_moment(project, since)
    last = await past_moment(project, until) if until.strip() else project.clock.now()
    found = await timeline.differences(project, first, last)
    changes = found.difference
    lines = [f"- \\+ {memory_line(project, memory)}" for memory in changes.added]
    lines += [f"- \\~ {memory_line(project, memory)}" for _, memory in changes.changed]
    lines += [f"- \\- {memory_line(project, memory)}" for memory in changes.removed]
    lines += [f"- \\+ {escaped(edge_line(edge, found.ends))}" for edge in changes.edges_added]
    lines += [f"- \\- {escaped(edge_line(edge, found.ends))}" for edge in changes.edges_removed]
    return "\n".join(lines) or "Nothing is different."


async def _pin(project: Project, argument: str) -> str:
    need(argument, "/pin ID")
    before = await memories.the_memory(project, argument)
    pinned = await memories.pin(project, argument, pinned=not before.pinned)
    return f"{'Pinned' if pinned.pinned else 'Unpinned'}:\n\n" + listed(project, [pinned])


async def _where(project: Project, argument: str) -> str:
    lines = [
        f"- {place.name}: `{place.path}`" + (f" ({place.note})" if place.note else "")
        for place in health.where(project)
    ]
    lines += [f"- {layer.name}: {escaped(layer.note)}" for layer in await layers_of(project)]
    return "\n".join(lines)


async def _doctor(project: Project, argument: str) -> str:
    return "\n".join(
        f"- {'●' if each.well else '✕'} {each.name}: {escaped(each.detail)}"
        + ("" if each.well or not each.hint else f" {each.hint}")
        for each in (*await health.doctor(project), this_terminal())
    )


async def _config(project: Project, argument: str) -> str:
    rows = [f"- `{name}` = `{value!r}`" for name, value in health.settings(project).items()]
    return "\n".join([*rows, "", f"Change them in `{project.places.config / 'config.toml'}`."])


async def _inbox(project: Project, argument: str) -> str:
    # The gate takes 20 ms to load, which the first page need not wait for.
    from featherchat.commands.slash_inbox import inbox

    return await inbox(project, argument)


async def _sessions(project: Project, argument: str) -> str:
    from featherchat.commands.slash_sessions import sessions

    return await sessions(project, argument)


async def _export(project: Project, argument: str) -> str:
    from featherchat.commands.slash_sessions import export

    return await export(project, argument)


async def _why(project: Project, argument: str) -> str:
    from featherchat.commands.slash_why import why

    return await why(project, argument)


async def _note(project: Project, argument: str) -> str:
    from featherchat.commands.slash_note import note

    return await note(project, argument)


async def _links(project: Project, argument: str) -> str:
    from featherchat.commands.slash_links import links

    return await links(project, argument)


async def _revert(project: Project, argument: str) -> str:
    # The guard is loaded when an edit is first asked about.
    from featherchat.commands.edits import revert

    change = await revert(project, argument)
    done = "is gone again" if change.before is None else "is as it was before the edit"
    return f"**{escaped(change.name)}** {done}."


async def _verify(project: Project, argument: str) -> str:
    from featherchat.commands.slash_verify import verify

    return await verify(project, argument)


_VERBS: Mapping[str, Callable[[Project, str], Awaitable[str]]] = {
    "search": _search,
    "remember": _remember,
    "show": _show,
    "edit": _edit,
    "forget": _forget,
    "undo": _undo,
    "pin": _pin,
    "revert": _revert,
    "verify": _verify,
    "why": _why,
    "links": _links,
    "note": _note,
    "history": _history,
    "diff": _diff,
    "adr": adr,
    "card": card,
    "bug": slash_lessons.bug,
    "tried": slash_lessons.tried,
    "prefer": slash_lessons.preferred,
    "inbox": _inbox,
    "sessions": _sessions,
    "export": _export,
    "where": _where,
    "doctor": _doctor,
    "config": _config,
}


async def _told(project: Project, done: str, written: "Kept") -> str:
    if written.duplicates:
        known = await project.memories.get(list(written.duplicates.values()))
        return "That is already known:\n\n" + listed(project, list(known.values()))
    near = [each for found in written.alike.values() for each in found]
    told = f"{done}:\n\n" + listed(project, written.stored) + similar(near)
    if written.superseded:
        old = [pair.old for pair in written.superseded]
        told += f"\n\nSuperseded (`/undo` takes it back):\n\n{listed(project, old)}"
    if written.reviews:
        old = [pair.old for pair in written.reviews]
        told += f"\n\nIt may contradict; say which one holds in `/inbox`:\n\n{listed(project, old)}"
    return told
