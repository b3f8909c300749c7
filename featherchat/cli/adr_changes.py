"""Commands that change decisions: accept, reject, deprecate, supersede, link."""

import click

from featherchat.cli.group import in_project, narrate, say
from featherchat.cli.printing import head_line, linked_line
from featherchat.commands.adr_changes import Changed, Verb, change_status
from featherchat.commands.adr_changes import link as link_decisions
from featherchat.commands.adr_changes import supersede as supersede_decision
from featherchat.errors import ExitCode
from featherchat.project import Project


@click.command()
@click.argument("reference", metavar="ID")
@in_project
async def accept(project: Project, reference: str) -> ExitCode:
    """Say that a decision is decided. Only a person can."""
    changed = await change_status(project, reference, Verb.ACCEPT)
    return _told(project, changed, "Accepted")


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--because", default="", metavar="TEXT", help="Why; kept with the decision.")
@in_project
async def reject(project: Project, reference: str, because: str) -> ExitCode:
    """Say that a proposed decision is not taken."""
    changed = await change_status(project, reference, Verb.REJECT, because)
    return _told(project, changed, "Rejected")


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--because", default="", metavar="TEXT", help="Why; kept with the decision.")
@in_project
async def deprecate(project: Project, reference: str, because: str) -> ExitCode:
    """Say that a decision does not hold any more, and nothing replaces it."""
    changed = await change_status(project, reference, Verb.DEPRECATE, because)
    return _told(project, changed, "Deprecated")


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW...", nargs=-1, required=True)
@in_project
async def supersede(project: Project, old: str, new: tuple[str, ...]) -> ExitCode:
    """Let NEW take the place of OLD: a decision that is there, or the title of a new one."""
    changed = await supersede_decision(project, old, " ".join(new))
    return _told(project, changed, "Superseded")


@click.command()
@click.argument("one", metavar="A")
@click.argument("relation")
@click.argument("other", metavar="B")
@click.argument("reverse", required=False, default="")
@in_project
async def link(project: Project, one: str, relation: str, other: str, reverse: str) -> ExitCode:
    """State how A stands to B: adr link 12 Amends 10 "Amended by"."""
    changed = await link_decisions(project, one, relation, other, reverse)
    return _told(project, changed, "Linked")


def _told(project: Project, changed: Changed, word: str) -> ExitCode:
    first = changed.views[0]
    if not changed.done:
        narrate("It was so already; nothing was changed.")
    say(f"{word}: {head_line(first.memory, project.clock.now())}")
    others = {view.memory.id for view in changed.views[1:]}
    for each in first.relations:
        if each.memory.id in others:
            say(f"  {linked_line(each)}")
    return ExitCode.DONE
