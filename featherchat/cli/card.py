"""The command card: what every session starts with, printed or kept in a file."""

import json
import sys

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.code.file_changes import write_changes
from featherchat.commands import card as verbs
from featherchat.commands.memories import to_record
from featherchat.errors import ExitCode, UsageError
from featherchat.project import Project
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.option("--write", "path", metavar="FILE", help="Keep it as a section of FILE.")
@click.option("-y", "--yes", is_flag=True, help="Write without asking.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def card(project: Project, path: str | None, yes: bool, as_json: bool) -> ExitCode:
    """What every session starts with: a few hundred tokens, with ages.

    With --write a section of FILE, such as AGENTS.md, is brought up to date: its diff is
    shown first, and everything outside of the section stays as it is.
    """
    if path is not None:
        return await _write(project, path, yes=yes)
    found = await verbs.card(project)
    if as_json:
        for line in found.lines:
            record = to_record(Recollection(line.memory, 0.0, ScoreParts(0.0)))
            put(json.dumps({"label": line.label, **record}, ensure_ascii=False))
    elif found.text:
        say(found.text)
        narrate(f"At most {found.tokens} tokens.")
    if not found.lines:
        narrate("Nothing is known yet. Learn the project's documents with featherchat init.")
    return ExitCode.DONE if found.lines else ExitCode.NOTHING


async def _write(project: Project, path: str, *, yes: bool) -> ExitCode:
    change = await verbs.plan_card(project, path)
    if change.is_empty:
        narrate(f"{path} is up to date.")
        return ExitCode.DONE
    say(change.diff)
    if not yes and not _agreed(path):
        narrate("Nothing was written.")
        return ExitCode.DONE
    write_changes([change])
    narrate(f"Wrote {path}. Keep it with: git add {path}")
    return ExitCode.DONE


def _agreed(path: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here, so nothing was written.", hint="Add --yes.")
    return click.confirm(f"Write {path}?", err=True)
