"""Commands on lessons: bug, tried, prefer."""

import json
from typing import Any

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import contradicted_lines, head_line, linked_line
from featherchat.commands import fixes
from featherchat.commands import preferences as own
from featherchat.commands.lesson_fields import fields_in
from featherchat.commands.memories import to_record
from featherchat.commands.signs import alike_words, title_words
from featherchat.commands.wording import date_words, shown_line
from featherchat.errors import ExitCode, UsageError
from featherchat.memory import Memory
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--cause", default="", metavar="TEXT", help="The root cause.")
@click.option("--fix", default="", metavar="TEXT", help="What was changed.")
@click.option("--prevention", default="", metavar="TEXT", help="What keeps it from coming back.")
@click.option("--path", multiple=True, metavar="PATH", help="Where it was; may be repeated.")
@click.option("--caused-by", metavar="ID", help="The decision or memory that led to it.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def bug(
    project: Project,
    text: tuple[str, ...],
    cause: str,
    fix: str,
    prevention: str,
    path: tuple[str, ...],
    caused_by: str | None,
    as_json: bool,
) -> ExitCode:
    """Record the bug TEXT with its cause, fix and prevention. Names similar past bugs."""
    new = fixes.NewFix(" ".join(text), cause, fix, prevention, path, caused_by)
    lesson = await fixes.record_fix(project, new)
    for past in lesson.similar:
        narrate(_past_line(past))
    return _tell(project, lesson, as_json=as_json)


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--because", default="", metavar="WHY", help="Why it failed.")
@click.option("--instead-of", metavar="ID", help="The decision that it was tried in place of.")
@click.option("--for", "about", metavar="ID", help="What it was tried for.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def tried(
    project: Project,
    text: tuple[str, ...],
    because: str,
    instead_of: str | None,
    about: str | None,
    as_json: bool,
) -> ExitCode:
    """Record that TEXT was tried and failed, so that it is not proposed again."""
    new = fixes.NewDeadEnd(" ".join(text), because, instead_of, about)
    return _tell(project, await fixes.record_dead_end(project, new), as_json=as_json)


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in own.Scope]),
    default=own.Scope.ALL.value,
    show_default=True,
    help="Where it holds: all projects, or this project.",
)
@click.option("--list", "as_list", is_flag=True, help="What you prefer here, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def prefer(
    project: Project, text: tuple[str, ...], scope: str, as_list: bool, as_json: bool
) -> ExitCode:
    """State how you like to work. It is yours: no other developer sees it."""
    if bool(text) is as_list:
        raise UsageError("Give a preference, or --list.", hint='prefer "Short answers, please."')
    if as_list:
        return await _list_preferences(project, as_json=as_json)
    written = await own.prefer(project, " ".join(text), own.Scope(scope))
    ids = [each.id for each in written.stored] or list(written.duplicates.values())
    for memory in (await project.memories.get(ids)).values():
        if as_json:
            put(_json_line(memory))
            continue
        done = "Preferred" if written.stored else "Already known"
        say(f"{done}: {head_line(memory, project.clock.now())} · {own.scope_words(memory)}")
    for line in contradicted_lines(written, project.clock.now()):
        narrate(line)
    for near in (each for found in written.alike.values() for each in found):
        narrate(f"Note: {alike_words(near)}")
    return ExitCode.DONE


async def _list_preferences(project: Project, *, as_json: bool) -> ExitCode:
    found = await own.preferences(project)
    for memory in found:
        if as_json:
            put(_json_line(memory))
        else:
            say(f"{head_line(memory, project.clock.now())} · {own.scope_words(memory)}")
    if not found:
        narrate('No preference yet. State one: featherchat prefer "Short answers, please."')
    return ExitCode.DONE if found else ExitCode.NOTHING


def _tell(project: Project, lesson: fixes.Lesson, *, as_json: bool) -> ExitCode:
    for near in lesson.alike:
        narrate(f"Note: {alike_words(near)}")
    if as_json:
        similar = [each.memory.id for each in lesson.similar]
        put(_json_line(lesson.memory, fields_in(lesson.memory.text) | {"similar": similar}))
        return ExitCode.DONE
    done = "Already known" if lesson.known else "Recorded"
    say(f"{done}: {head_line(lesson.memory, project.clock.now())}")
    for line in lesson.memory.text.splitlines()[1:]:
        say(f"  {shown_line(line)}")
    for link in lesson.linked:
        say(f"  {linked_line(link)}")
    return ExitCode.DONE


def _past_line(past: fixes.PastBug) -> str:
    fixed = f" · fix: {shown_line(past.fix)}" if past.fix else ""
    return (
        f"It happened before: {date_words(past.memory.created_at)} · {title_words(past.memory)}"
        f"{fixed} · m:{short_id(past.memory.id)}"
    )


def _json_line(memory: Memory, more: dict[str, Any] | None = None) -> str:
    record = to_record(Recollection(memory, memory.importance, ScoreParts(0.0)))
    return json.dumps(record | (more or {}), ensure_ascii=False)
