"""The command group inbox: what waits for a person's word."""

import json
from collections.abc import Callable
from typing import Any

import click

from featherchat.cli.group import in_project, merged, narrate, put, say, shared_options
from featherchat.cli.printing import head_line, indented
from featherchat.commands import inbox as verbs
from featherchat.commands.inbox import Decided, InboxItem, Verb, Which
from featherchat.commands.memories import normalized_kind
from featherchat.commands.moments import ago
from featherchat.commands.signs import alike_words, source_words
from featherchat.commands.wording import counted, shown_line
from featherchat.errors import ExitCode, UsageError
from featherchat.memory import Status
from featherchat.project import Project

_Function = Callable[..., Any]
_kind = click.option("--kind", multiple=True, metavar="KIND", help="Only this; may be repeated.")
_older = click.option("--older-than", metavar="AGE", help="Only older: 30d, 6m, or a date.")
_json = click.option("--json", "as_json", is_flag=True, help="One object a line.")


def _which_options(function: _Function) -> _Function:
    for option in (
        _json,
        _older,
        _kind,
        click.option("--all", "everything", is_flag=True, help="All, or all of --kind."),
        click.argument("memory_ids", metavar="[ID...]", nargs=-1),
    ):
        function = option(function)
    return function


@click.group(invoke_without_command=True)
@_kind
@_older
@_json
@shared_options
@click.pass_context
def inbox(
    context: click.Context,
    /,
    kind: tuple[str, ...],
    older_than: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """What waits for your word, the oldest first; and your word on it.

    What nobody looks at for 90 days is retired. Each decision can be undone.
    """
    context.obj = merged(context, given)
    if context.invoked_subcommand is None:
        context.invoke(list_, kind=kind, older_than=older_than, as_json=as_json)


@inbox.command("list")
@_kind
@_older
@_json
@in_project
async def list_(
    project: Project, kind: tuple[str, ...], older_than: str | None, as_json: bool
) -> ExitCode:
    """What waits, with its quote, what it contradicts and what is similar."""
    items = await verbs.list_inbox(project, _which(project, kind, older_than))
    for item in items:
        if as_json:
            put(json.dumps(verbs.to_record(item), ensure_ascii=False))
        else:
            _print(project, item)
    if not items:
        narrate("Nothing waits for your word.")
    elif not as_json:
        narrate(
            f"{counted(len(items), 'memory waits', 'memories wait')}. Say what holds with"
            " featherchat inbox accept, both, edit, reject, merge or never."
        )
    return ExitCode.DONE if items else ExitCode.NOTHING


@inbox.command()
@_which_options
@in_project
async def accept(project: Project, /, **given: Any) -> ExitCode:
    """It holds. What it contradicts is superseded."""
    return await _decide(project, Verb.ACCEPT, "Accepted", **given)


@inbox.command()
@_which_options
@in_project
async def both(project: Project, /, **given: Any) -> ExitCode:
    """It holds, and what it contradicts holds as well."""
    return await _decide(project, Verb.BOTH, "Accepted beside what it contradicts", **given)


@inbox.command()
@_which_options
@in_project
async def reject(project: Project, /, **given: Any) -> ExitCode:
    """It does not hold; it may be proposed again."""
    return await _decide(project, Verb.REJECT, "Rejected", **given)


@inbox.command()
@_which_options
@in_project
async def never(project: Project, /, **given: Any) -> ExitCode:
    """It does not hold, and is never learnt again."""
    return await _decide(project, Verb.NEVER, "Never to be learnt", **given)


@inbox.command()
@click.argument("memory_id", metavar="ID")
@click.argument("text", nargs=-1, required=True)
@_json
@in_project
async def edit(project: Project, memory_id: str, text: tuple[str, ...], as_json: bool) -> ExitCode:
    """Say it in your own words, and accept it."""
    decided = await verbs.edit(project, memory_id, " ".join(text))
    return _tell(project, "Changed and accepted", decided, as_json=as_json)


@inbox.command()
@click.argument("memory_id", metavar="ID")
@click.argument("into")
@_json
@in_project
async def merge(project: Project, memory_id: str, into: str, as_json: bool) -> ExitCode:
    """Let it be one with the memory INTO, which keeps its words."""
    decided = await verbs.merge(project, memory_id, into)
    return _tell(project, "Merged into", decided, as_json=as_json)


async def _decide(
    project: Project,
    verb: Verb,
    word: str,
    memory_ids: tuple[str, ...],
    everything: bool,
    kind: tuple[str, ...],
    older_than: str | None,
    as_json: bool,
) -> ExitCode:
    if everything == bool(memory_ids) or (memory_ids and (kind or older_than)):
        raise UsageError(
            "It is not clear what is meant.",
            hint="Give ids, or --all with or without --kind and --older-than.",
        )
    which = _which(project, kind, older_than) if everything else None
    decided = await verbs.decide(project, memory_ids, verb, which)
    return _tell(project, word, decided, as_json=as_json)


def _which(project: Project, kind: tuple[str, ...], older_than: str | None) -> Which:
    before = None if older_than is None else ago(older_than, project.clock.now())
    return Which(tuple(normalized_kind(each) for each in kind), before)


def _tell(project: Project, word: str, decided: Decided, *, as_json: bool) -> ExitCode:
    now = project.clock.now()
    for memory in decided.memories:
        if as_json:
            record = {"id": memory.id, "status": str(memory.status), "text": memory.text}
            put(json.dumps(record, ensure_ascii=False))
        else:
            say(f"{word}: {head_line(memory, now)}")
    for memory in decided.superseded:
        narrate(f"Superseded: {head_line(memory, now)}")
    if not decided.memories:
        narrate("Nothing waits that is like that.")
    return ExitCode.DONE if decided.memories else ExitCode.NOTHING


def _print(project: Project, item: InboxItem) -> None:
    memory, now = item.memory, project.clock.now()
    say(head_line(memory, now))
    if " ".join(memory.text.split()) != memory.title:
        say("\n".join(indented(shown_line(memory.text), 4)))
    if memory.source.quote and memory.source.quote != memory.text:
        say(f"  “{shown_line(memory.source.quote)}” ({source_words(memory.source)})")
    if memory.status is Status.ACTIVE:
        say("  You said it: it holds until you say otherwise.")
    for old, why in zip(item.contradicts, item.reasons, strict=True):
        say(f"  contradicts {head_line(old, now)}")
        say(f"    {shown_line(why)}")
    for near in item.similar:
        say(f"  {alike_words(near)}")
    say("")
