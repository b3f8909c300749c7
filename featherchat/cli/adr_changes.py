"""Commands that change decisions: accept, reject, deprecate, supersede, link."""

import click

from featherchat.cli.adr_files import offer
from featherchat.cli.group import in_project, narrate, say
from featherchat.cli.printing import head_line, linked_line
from featherchat.commands.adr_changes import Changed, Verb, change_status
from featherchat.commands.adr_changes import link as link_decisions
from featherchat.commands.adr_changes import supersede as supersede_decision
from featherchat.commands.adr_files import plan_filed
from featherchat.commands.decisions import standing
from featherchat.errors import ExitCode
from featherchat.memory import AdrStatus
from featherchat.project import Project
from featherchat.recall.context import short_id

_write_option = click.option("--write", is_flag=True, help="Change the record's file, too.")


@click.command()
@click.argument("reference", metavar="ID")
@_write_option
@in_project
async def accept(project: Project, reference: str, write: bool) -> ExitCode:
    """Say that a decision is decided. Only a person can."""
    changed = await change_status(project, reference, Verb.ACCEPT)
    return await _told(project, changed, "Accepted", write=write)


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--because", default="", metavar="TEXT", help="Why; kept with the decision.")
@_write_option
@in_project
async def reject(project: Project, reference: str, because: str, write: bool) -> ExitCode:
    """Say that a proposed decision is not taken."""
    changed = await change_status(project, reference, Verb.REJECT, because)
    return await _told(project, changed, "Rejected", write=write)


@click.command()
@click.argument("reference", metavar="ID")
@click.option("--because", default="", metavar="TEXT", help="Why; kept with the decision.")
@_write_option
@in_project
async def deprecate(project: Project, reference: str, because: str, write: bool) -> ExitCode:
    """Say that a decision holds no more.

    Where another one replaces it, use adr supersede.
    """
    changed = await change_status(project, reference, Verb.DEPRECATE, because)
    return await _told(project, changed, "Deprecated", write=write)


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW...", nargs=-1, required=True)
@_write_option
@in_project
async def supersede(project: Project, old: str, new: tuple[str, ...], write: bool) -> ExitCode:
    """Let NEW take the place of OLD.

    NEW is a decision that is there, or the title of a new one, which is then accepted.
    """
    changed = await supersede_decision(project, old, " ".join(new))
    done = await _told(project, changed, "Superseded", write=write)
    after = changed.views[1].memory
    if standing(after) != AdrStatus.ACCEPTED:
        mark = f"m:{short_id(after.id)}"
        narrate(f"{after.title} is {standing(after)}: featherchat adr accept {mark} decides it.")
    return done


@click.command()
@click.argument("one", metavar="A")
@click.argument("relation")
@click.argument("other", metavar="B")
@click.argument("reverse", required=False, default="")
@_write_option
@in_project
async def link(
    project: Project, one: str, relation: str, other: str, reverse: str, write: bool
) -> ExitCode:
    """State how A stands to B.

    As for adr-tools: adr link 12 Amends 10 "Amended by".
    """
    changed = await link_decisions(project, one, relation, other, reverse)
    return await _told(project, changed, "Linked", write=write)


async def _told(project: Project, changed: Changed, word: str, *, write: bool) -> ExitCode:
    first = changed.views[0]
    if not changed.done:
        narrate("It was so already; nothing was changed.")
    say(f"{word}: {head_line(first.memory, project.clock.now())}")
    others = {view.memory.id for view in changed.views[1:]}
    for each in first.relations:
        if each.memory.id in others:
            say(f"  {linked_line(each)}")
    plan = await plan_filed(project, [view.memory for view in changed.views])
    await offer(project, plan, [f"m:{short_id(first.memory.id)}"], write=write)
    return ExitCode.DONE
