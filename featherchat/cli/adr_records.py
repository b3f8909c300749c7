"""Commands on all decisions and records at once: graph, check, import."""

import click

from featherchat.cli.group import in_project, narrate, put
from featherchat.commands.adr_graph import FORMATS, decision_graph
from featherchat.commands.wording import counted, shown
from featherchat.errors import ExitCode
from featherchat.project import Project


@click.command()
@click.argument("reference", metavar="[ID]", required=False, default="")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="mermaid",
    show_default=True,
    help="How it is written.",
)
@in_project
async def graph(project: Project, reference: str, form: str) -> ExitCode:
    """How decisions are linked: all of them, or those around ID."""
    found = await decision_graph(project, reference)
    if not found.decisions:
        narrate("No decision is recorded. Learn the project's records with featherchat init.")
        return ExitCode.NOTHING
    put(shown(FORMATS[form](found)), end="")
    decisions, links = len(found.decisions), len(found.edges)
    narrate(f"{counted(decisions, 'decision')}, {counted(links, 'link')}.")
    return ExitCode.DONE
