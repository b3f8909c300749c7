"""The command group links: which changes carry out which decisions, and a person's word on it."""

import functools
import json
from collections.abc import Callable
from typing import Any

import click

from featherchat.cli.group import in_project, merged, narrate, put, say, shared_options
from featherchat.commands import links as verbs
from featherchat.commands.links import Verb
from featherchat.commands.trail import change_line, link_line
from featherchat.commands.wording import counted
from featherchat.errors import ExitCode
from featherchat.project import Project

_DONE = {Verb.CONFIRM: "Confirmed", Verb.REJECT: "Rejected", Verb.UNLINK: "Unlinked"}
_Function = Callable[..., Any]


def _list_options(function: _Function) -> _Function:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One object a link."),
        click.option("-n", "--limit", default=20, show_default=True, metavar="N"),
        click.option("--path", metavar="PATH", help="Only changes of this file or folder."),
        click.option("--suggested", is_flag=True, help="Only what waits for your word."),
        click.option("--all", "faint", is_flag=True, help="Unlikely suggestions, too."),
    ):
        function = option(function)
    return function


@click.group(invoke_without_command=True)
@_list_options
@shared_options
@click.pass_context
def links(
    context: click.Context,
    /,
    suggested: bool,
    faint: bool,
    path: str | None,
    limit: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Changes and the decisions that they carry out, or may carry out.

    What is suggested explains nothing until you confirm it; what you reject, or take away
    with unlink, is never suggested again. Each of these can be undone.
    """
    context.obj = merged(context, given)
    if context.invoked_subcommand is None:
        wanted = {"suggested": suggested, "faint": faint, "path": path, "limit": limit}
        context.invoke(list_, **wanted, as_json=as_json)


@links.command("list")
@_list_options
@in_project
async def list_(
    project: Project, suggested: bool, faint: bool, path: str | None, limit: int, as_json: bool
) -> ExitCode:
    """The newest changes with links; with --suggested, what is likeliest comes first."""
    listed = functools.partial(
        verbs.changes_with_links, project, limit, suggested=suggested, path=path
    )
    found = await listed(faint=faint)
    for each in found:
        shown = each.suggested if suggested else each.links
        if as_json:
            for link in shown:
                put(json.dumps(verbs.to_record(each.change, link), ensure_ascii=False))
            continue
        say(change_line(each.change))
        for link in shown:
            say(f"    {link_line(link)}")
    waiting = sum(len(each.suggested) for each in found)
    if not found:
        what = "Nothing waits." if suggested else "No change is linked with a decision."
        narrate("Nothing likely waits; --all lists the rest." if await listed(faint=True) else what)
    elif waiting and not as_json:
        waits = counted(waiting, "suggestion waits", "suggestions wait")
        narrate(f"{waits}: featherchat links confirm or reject CHANGE [DECISION].")
    return ExitCode.DONE if found else ExitCode.NOTHING


@links.command()
@click.argument("change")
@click.argument("decision", required=False)
@in_project
async def confirm(project: Project, change: str, decision: str | None) -> ExitCode:
    """The suggestion holds: from now on the decision is a reason for the change."""
    return await _say(project, Verb.CONFIRM, change, decision)


@links.command()
@click.argument("change")
@click.argument("decision", required=False)
@in_project
async def reject(project: Project, change: str, decision: str | None) -> ExitCode:
    """The suggestion is wrong: it is never made again. Without DECISION, each of CHANGE is."""
    return await _say(project, Verb.REJECT, change, decision)


@links.command()
@click.argument("change")
@click.argument("decision", required=False)
@in_project
async def unlink(project: Project, change: str, decision: str | None) -> ExitCode:
    """Take a link away that holds; it is neither made nor suggested again."""
    return await _say(project, Verb.UNLINK, change, decision)


async def _say(project: Project, verb: Verb, change: str, decision: str | None) -> ExitCode:
    for done in await verbs.decide(project, verb, change, decision):
        say(f"{_DONE[verb]}: {done.memory.title} → {done.change.title}")
    return ExitCode.DONE
