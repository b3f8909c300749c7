"""adr check: the records themselves, or a change held against the decisions in force."""

import json
from typing import Any

import click

from featherchat.cli.group import current_folder, in_project, narrate, put, say
from featherchat.commands.adr_records import check_folder
from featherchat.commands.guard import Contradiction, Governed, Guarded, guard
from featherchat.commands.guard_words import contradiction_lines, governed_words
from featherchat.commands.wording import counted, shown_line
from featherchat.errors import ExitCode, FeatherchatError, UsageError
from featherchat.project import Project


@click.command()
@click.argument("what", metavar="[DIR | REV | RANGE]", required=False, default="")
@click.option("--staged", is_flag=True, help="Hold what is staged against the decisions.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def check(project: Project, what: str, staged: bool, as_json: bool) -> ExitCode:
    """What is wrong in the records, or in a change.

    \b
    adr check [DIR]       the records: numbers, links, supersessions, statuses
    adr check --staged    the staged change against the accepted decisions
    adr check REV         what a commit changed
    adr check A...B       a range, such as origin/main...HEAD in CI

    A change is told which decisions govern what it touches, and each line that goes against
    one: a package or module that a decision forbids or turned down, a call, a new file in a
    closed folder. The records are read as the change leaves them. Exit code 1 when there are
    problems or contradictions.

    \b
    As a hook, in .git/hooks/pre-commit:
      #!/bin/sh
      exec featherchat --trust --provider none adr check --staged
    """
    if staged and what:
        raise UsageError("--staged and a revision are two questions.", hint="Give one of them.")
    if staged or (what and not (current_folder() / what).exists()):
        return await _check_change(project, what, as_json=as_json)
    return await _check_records(project, what, as_json=as_json)


async def _check_records(project: Project, folder: str, *, as_json: bool) -> ExitCode:
    found = await check_folder(project, folder)
    for problem in found.problems:
        if as_json:
            record = {"path": problem.path, "line": problem.line, "text": problem.text}
            put(json.dumps(record, ensure_ascii=False))
        else:
            say(str(problem))
    narrate(f"{counted(found.records, 'record')}, {counted(len(found.problems), 'problem')}.")
    return ExitCode.NOTHING if found.problems else ExitCode.DONE


async def _check_change(project: Project, name: str, *, as_json: bool) -> ExitCode:
    found = await guard(project, name)
    contradictions = await _opinions(project, found)
    for governed in found.governed:
        _tell_governed(governed, as_json=as_json)
    for each in contradictions:
        if as_json:
            put(json.dumps(_record(each), ensure_ascii=False))
        else:
            say("\n".join(contradiction_lines(each)))
    narrate(
        f"Held {shown_line(found.name)} ({counted(found.files, 'file')}) against"
        f" {counted(found.bindings, 'decision')} in force:"
        f" {counted(len(contradictions), 'contradiction')}."
    )
    if found.unread:
        narrate(
            f"git misses contents of {counted(len(found.unread), 'file')}, whose lines were not"
            f" read: {shown_line(', '.join(found.unread[:5]))}. git fetch --refetch brings them."
        )
    if contradictions:
        narrate(
            "Change the code, or supersede the decision in the same change: adr supersede OLD NEW."
        )
    return ExitCode.NOTHING if contradictions else ExitCode.DONE


async def _opinions(project: Project, found: Guarded) -> tuple[Contradiction, ...]:
    """A model's word on each, where one is set up; without its answer they stand as they are."""
    if not found.contradictions:
        return ()
    from featherchat.commands.second_opinion import with_opinions

    try:
        return await with_opinions(project, found.contradictions)
    except FeatherchatError as error:
        narrate(f"No second opinion. {error} {error.hint}")
        return found.contradictions


def _tell_governed(governed: Governed, *, as_json: bool) -> None:
    binding = governed.binding
    if as_json:
        record = {
            "type": "governed",
            "decision": binding.title,
            "record": binding.path or None,
            "memory": binding.memory_id or None,
            "paths": list(governed.paths),
        }
        put(json.dumps(record, ensure_ascii=False))
        return
    say(governed_words(governed))


def _record(each: Contradiction) -> dict[str, Any]:
    binding = each.binding
    return {
        "type": "contradiction",
        "path": each.path,
        "line": each.line,
        "text": each.text,
        "what": each.ban.what.value,
        "name": each.ban.name,
        "decision": binding.title,
        "record": binding.path or None,
        "record_line": binding.line_of(each.ban.sentence),
        "memory": binding.memory_id or None,
        "sentence": each.ban.sentence,
        "opinion": each.opinion or None,
    }
