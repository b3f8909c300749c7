"""The command that gives a reason to the change in progress: note."""

import json

import click

from featherchat.cli.group import current_folder, in_project, narrate, put, say
from featherchat.cli.printing import head_line
from featherchat.commands.memories import to_record
from featherchat.commands.note import Noted
from featherchat.commands.note import note as give_reason
from featherchat.commands.wording import shown_line
from featherchat.errors import ExitCode
from featherchat.project import Project
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.argument("why")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def note(project: Project, paths: tuple[str, ...], why: str, as_json: bool) -> ExitCode:
    """Keep WHY for the change in progress of each PATH; its commit takes it up."""
    here = current_folder()
    noted = await give_reason(project, [str(here / path) for path in paths], why)
    if as_json:
        memory = noted.memory
        record = to_record(Recollection(memory, memory.importance, ScoreParts(0.0)))
        changes = [each.id for each in noted.changes]
        more = {"changes": changes, "waiting": list(noted.waiting)}
        put(json.dumps(record | more, ensure_ascii=False))
        return ExitCode.DONE
    _tell(project, noted)
    return ExitCode.DONE


def _tell(project: Project, noted: Noted) -> None:
    now = project.clock.now()
    say(f"{'Already known' if noted.known else 'Noted'}: {head_line(noted.memory, now)}")
    for change in noted.changes:
        say(f"  for {head_line(change, now)}")
    paths = shown_line(", ".join(noted.waiting))
    if noted.changes:
        narrate(f"The commit of {paths} takes it up.")
    else:
        narrate(f"Nothing differs from the last commit there: the next change of {paths} has it.")
