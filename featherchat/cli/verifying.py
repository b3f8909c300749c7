"""The command verify: a person's word that something still holds, though its code has changed."""

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import doubt_lines, head_line, json_line
from featherchat.commands import decay
from featherchat.commands.wording import counted
from featherchat.errors import ExitCode
from featherchat.project import Project
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.argument("references", metavar="[ID...]", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def verify(project: Project, references: tuple[str, ...], as_json: bool) -> ExitCode:
    """Say that memories still hold, with their code as it is now.

    A memory is suspect when a file or symbol that it is anchored to has changed since. Without
    ID: every one that is, and what changed. What holds no more is changed with edit, or
    forgotten. Exit code 1: nothing is suspect.
    """
    chosen = [await decay.verify(project, each) for each in references]
    found = chosen if references else await decay.suspects(project)
    for memory in found:
        if as_json:
            put(json_line(Recollection(memory, memory.importance, ScoreParts(0.0))))
            continue
        say(f"{'Still holds: ' if references else ''}{head_line(memory, project.clock.now())}")
        for line in doubt_lines(memory):
            say(line)
    if not found:
        narrate("Nothing is suspect: no code has changed under what is remembered.")
    elif not references:
        narrate(
            f"{counted(len(found), 'memory waits', 'memories wait')} for your word:"
            " verify ID if it holds, else edit ID TEXT or forget ID."
        )
    return ExitCode.DONE if found else ExitCode.NOTHING
