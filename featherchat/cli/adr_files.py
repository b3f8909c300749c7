"""Writing decisions into the repository: shown first, written on a yes, never committed."""

import shlex
import sys
from collections.abc import Sequence

import click

from featherchat.cli.group import in_project, narrate, say
from featherchat.commands.adr_files import FilePlan, apply, plan_write
from featherchat.commands.wording import counted
from featherchat.errors import ExitCode
from featherchat.project import Project


@click.command()
@click.argument("references", metavar="[ID...]", nargs=-1)
@click.option("--dir", "folder", default="", metavar="DIR", help="Where a new record goes.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@in_project
async def write(project: Project, references: tuple[str, ...], folder: str, yes: bool) -> ExitCode:
    """Write decisions as records.

    In the repository's own folder and form. Without an ID: all that were recorded here and have no file yet. The change is shown as
    a diff first; nothing is committed.
    """
    plan = await plan_write(project, references, folder)
    if not plan.changes:
        _narrate_left(plan)
        if not plan.left:
            narrate("The records say already what memory says; there is nothing to write.")
        return ExitCode.NOTHING if plan.left else ExitCode.DONE
    options = ["--dir", folder] if folder else []
    written = await offer(project, plan, [*references, *options], write=yes)
    return ExitCode.DONE if written else ExitCode.NOTHING


async def offer(project: Project, plan: FilePlan, named: Sequence[str], *, write: bool) -> bool:
    """Show a plan, and carry it out if that was said or is said now; whether it was.

    Args:
        project: Whose records.
        plan: What would be written.
        named: What to tell ``adr write`` to have the same written later.
        write: It was said.
    """
    _narrate_left(plan)
    if not plan.changes:
        return False
    say(plan.diff)
    count = counted(len(plan.changes), "file")
    if not write and sys.stdin.isatty():
        write = click.confirm(f"Write {count}?", err=True)
    if not write:
        again = shlex.join(["featherchat", "adr", "write", *named, "--yes"])
        narrate(f"Not written: {count}. To write: {again}")
        return False
    names = await apply(project, plan)
    for name in names:
        narrate(f"Written: {name}")
    narrate(f"To keep it: git add {shlex.join(names)}")
    return True


def _narrate_left(plan: FilePlan) -> None:
    for left in plan.left:
        narrate(f"Left out: {left.title}: {left.reason.rstrip('.')}.")
