"""Commands on memories: search, remember, show, edit, forget, undo, pin."""

import sys
from typing import TYPE_CHECKING

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.past import at_a_time
from featherchat.cli.printing import (
    contradicted_lines,
    head_line,
    json_line,
    parts_lines,
    print_episodes,
    print_memory,
    recollection_lines,
)
from featherchat.cli.typed_paths import from_root
from featherchat.commands import memories, timeline
from featherchat.commands.moments import ago, ahead
from featherchat.commands.signs import alike_words
from featherchat.commands.wording import age, counted, day_of
from featherchat.errors import ExitCode, InvalidValue, UsageError
from featherchat.memory import Layer, Memory
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts

if TYPE_CHECKING:
    # The gate is loaded with the first write, not with a search.
    from featherchat.capture.gate import Kept


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--words", "words_only", is_flag=True, help="Search by words alone.")
@click.option("--kind", multiple=True, metavar="KIND", help="Only this kind; may be repeated.")
@click.option(
    "--layer", multiple=True, type=click.Choice([layer.value for layer in Layer]), help="Only this."
)
@click.option("--path", metavar="PATH", help="Only of a file or folder; or a glob, as *pool*.")
@click.option("--since", metavar="WHEN", help="Only newer: 3d, 2w, 6m, 1y, or 2026-03-04.")
@click.option("--half-life", type=float, metavar="DAYS", help="One half-life for all kinds.")
@click.option("-n", "--limit", type=click.IntRange(1, 200), metavar="N", help="The most shown.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.option("--explain", is_flag=True, help="Show the parts of each score, and near misses.")
@click.option("--episodes", is_flag=True, help="Every time it happened, the oldest first.")
@in_project
@at_a_time(words=True)
async def search(
    project: Project,
    question: tuple[str, ...],
    words_only: bool,
    kind: tuple[str, ...],
    layer: tuple[str, ...],
    path: str | None,
    since: str | None,
    half_life: float | None,
    limit: int | None,
    as_json: bool,
    explain: bool,
    episodes: bool,
) -> ExitCode:
    """What the project remembers about QUESTION."""
    now = project.clock.now()
    asked = memories.Question(
        " ".join(question),
        words_only,
        tuple(memories.normalized_kind(each) for each in kind),
        tuple(Layer(each) for each in layer),
        None if path is None else from_root(project, path) or None,
        None if since is None else ago(since, now),
        half_life,
        limit or project.config.recall.limit,
        explain,
    )
    if episodes:
        return print_episodes(await memories.episodes(project, asked), as_json=as_json)
    recall = await memories.search(project, asked)
    for found in recall.found:
        if as_json:
            put(json_line(found))
        else:
            say("\n".join(recollection_lines(found, now, explain=explain)) + "\n")
    if len(recall.episodes) > 1:
        narrate(f"It happened {len(recall.episodes)} times; --episodes tells them in order.")
    if recall.notice and not words_only:
        narrate(recall.notice)
    if explain:
        _explain_near_misses(recall.near_misses, now, as_json=as_json)
    if not recall.found:
        await _narrate_nothing(project, asked)
    return ExitCode.DONE if recall.found else ExitCode.NOTHING


async def _narrate_nothing(project: Project, asked: memories.Question) -> None:
    counts = await project.counts()
    narrate(f"No relevant memory among {counted(counts.total, 'memory', 'memories')}.")
    unknown = [each for each in asked.kinds if each not in counts.by_kind]
    if unknown and counts.total:
        narrate(f"No memory is of the kind {unknown[0]}; there are {', '.join(counts.by_kind)}.")
    if counts.total == 0:
        narrate("Nothing is learnt yet: run featherchat init.")


@click.command()
@click.argument("text", nargs=-1)
@click.option("--kind", metavar="KIND", help="decision, convention, …; else as the words say.")
@click.option("--title", default="", metavar="TITLE")
@click.option("--importance", type=int, metavar="1-10", help="10 also pins.")
@click.option("--expires", metavar="WHEN", help="Recall it until then: 30d, or 2026-03-04.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def remember(
    project: Project,
    text: tuple[str, ...],
    kind: str | None,
    title: str,
    importance: int | None,
    expires: str | None,
    as_json: bool,
) -> ExitCode:
    """Store TEXT, or what comes through a pipe."""
    said = " ".join(text) or _piped()
    written = await memories.remember(
        project,
        said,
        kind=kind,
        title=title,
        importance=importance,
        expires_at=None if expires is None else ahead(expires, project.clock.now()),
    )
    for memory in written.stored:
        if as_json:
            put(json_line(_bare(memory)))
        else:
            say(f"Remembered: {head_line(memory, project.clock.now())}")
    if written.stored and project.memories.notice and project.memories.embedder is not None:
        narrate(f"Found by words only for now: {project.memories.notice}")
    await _narrate_likeness(project, written)
    return ExitCode.DONE


@click.command()
@click.argument("memory_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
@at_a_time(words=False)
async def show(project: Project, memory_id: str, as_json: bool) -> ExitCode:
    """One memory with its links and history. ID may be the end of an id, or ADR-12."""
    shown = await memories.show(project, memory_id)
    if as_json:
        put(json_line(Recollection(shown.memory, shown.strength, shown.parts)))
    else:
        print_memory(shown, project.clock.now())
    return ExitCode.DONE


@click.command()
@click.argument("memory_id", metavar="ID")
@click.argument("text", nargs=-1)
@in_project
async def edit(project: Project, memory_id: str, text: tuple[str, ...]) -> ExitCode:
    """Change what a memory says, to TEXT, to what comes through a pipe, or in $EDITOR."""
    said = " ".join(text)
    if not said and not sys.stdin.isatty():
        said = _piped()
    elif not said:
        before = await memories.the_memory(project, memory_id)
        said = click.edit(before.text, extension=".md") or ""
        if not said.strip():
            narrate("Nothing was changed.")
            return ExitCode.NOTHING
    written = await memories.edit(project, memory_id, said)
    for edited in written.stored:
        say(f"Changed: {head_line(edited, project.clock.now())}")
    for merged in written.duplicates:
        say(f"Merged into what says the same; m:{short_id(merged)} is retired.")
    await _narrate_likeness(project, written)
    return ExitCode.DONE


@click.command()
@click.argument("memory_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--hard", is_flag=True, help="Remove every trace of the text; cannot be undone.")
@in_project
async def forget(project: Project, memory_ids: tuple[str, ...], hard: bool) -> ExitCode:
    """Take memories out of use. undo brings them back, unless --hard was given."""
    forgotten = await memories.forget(project, memory_ids, hard=hard)
    for memory in forgotten:
        say(f"Forgot{' for good' if hard else ''}: {head_line(memory, project.clock.now())}")
    damaged = len(set(memory_ids)) - len(forgotten)
    if damaged > 0:
        say(f"Removed {counted(damaged, 'damaged memory', 'damaged memories')}.")
        narrate("Run featherchat init, which learns anew what a document says.")
    return ExitCode.DONE


@click.command()
@click.argument("operation", required=False, metavar="[CHANGE]")
@click.option("--session", metavar="ID", help="Take back all that a conversation changed.")
@in_project
async def undo(project: Project, operation: str | None, session: str | None) -> ExitCode:
    """Take back the last change; called again, the one before it."""
    if operation is not None and session is not None:
        raise UsageError("A change and a session were given.", hint="Give one of them.")
    if session is not None:
        undone = await timeline.undo_session(project, session)
    else:
        undone = await memories.undo(project, operation)
    now = project.clock.now()
    say(f"Took back: {undone.reason} ({day_of(undone.at)}, {age(now - undone.at)}).")
    for memory in undone.removed[:10]:
        say(f"  removed {head_line(memory, now)}")
    for memory in undone.restored[:10]:
        say(f"  restored {head_line(memory, now)}")
    more = len(undone.removed[10:]) + len(undone.restored[10:])
    if more:
        say(f"  and {counted(more, 'more memory', 'more memories')}")
    if left := memories.left_by(undone):
        narrate(left)
    return ExitCode.DONE


@click.command()
@click.argument("memory_id", metavar="ID")
@click.option("--off", is_flag=True, help="Let it age again.")
@in_project
async def pin(project: Project, memory_id: str, off: bool) -> ExitCode:
    """Keep a memory fresh at any age, and in every session's card."""
    pinned = await memories.pin(project, memory_id, pinned=not off)
    say(f"{'Unpinned' if off else 'Pinned'}: {head_line(pinned, project.clock.now())}")
    return ExitCode.DONE


async def _narrate_likeness(project: Project, written: "Kept") -> None:
    for line in contradicted_lines(written, project.clock.now()):
        narrate(line)
    known = await project.memories.get(list(written.duplicates.values()))
    for memory in known.values():
        narrate(f"Already known: {head_line(memory, project.clock.now())}")
    for near in written.alike.values():
        for each in near:
            narrate(f"Note: {alike_words(each)}")


def _bare(memory: Memory) -> Recollection:
    """A memory that no question found."""
    return Recollection(memory, memory.importance, ScoreParts(0.0))


def _piped() -> str:
    data = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    if not data:
        raise InvalidValue("There is no text.", hint="Say what is to be remembered.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise InvalidValue(
            "What comes through the pipe is not UTF-8.",
            hint="Convert it first, such as with iconv.",
        ) from error


def _explain_near_misses(misses: tuple[Recollection, ...], now: float, *, as_json: bool) -> None:
    """What was nearly found, behind what was; as JSON its note is what tells it from a hit."""
    for miss in misses:
        if as_json:
            put(json_line(miss))
            continue
        narrate(f"near miss: {head_line(miss.memory, now)} · {miss.note}")
        narrate("\n".join(f"  {line}" for line in parts_lines(miss.parts)))
