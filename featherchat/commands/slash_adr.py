"""The slash command /adr: decisions, their answers as Markdown."""

import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence

from featherchat.commands import adr_changes, decisions
from featherchat.commands.adr_fields import field_texts
from featherchat.commands.adr_sweep import sweep_decision, verdict_words
from featherchat.commands.markdown import escaped, facts, linked, listed, need, similar
from featherchat.commands.signs import title_words
from featherchat.commands.wording import shown
from featherchat.decisions import Decision
from featherchat.errors import UsageError
from featherchat.project import Project


async def adr(project: Project, argument: str) -> str:
    """Run what stands behind /adr."""
    verb, _, rest = argument.partition(" ")
    run = _VERBS.get(verb or "list")
    if run is None:
        raise UsageError(f"There is no command /adr {verb}.", hint=f"Use {', '.join(_VERBS)}.")
    return await run(project, rest.strip())


async def _list(project: Project, argument: str) -> str:
    found = await decisions.list_decisions(project, decisions.Wanted(tuple(argument.split())))
    if not found and argument:
        return "No decision is like that. `/adr list` shows them all."
    if not found:
        return "No decision is recorded. `/init` learns the project's records."
    return listed(project, [view.memory for view in found])


async def _show(project: Project, argument: str) -> str:
    need(argument, "/adr show ID")
    view = await decisions.show_decision(project, argument)
    assert view.decision is not None
    lines = [f"**{escaped(title_words(view.memory))}**", "", facts(project, view.memory)]
    for label, texts in field_texts(view.decision):
        lines += ["", f"*{escaped(label)}*", ""]
        lines += [f"> {line}" for text in texts for line in shown(text).splitlines()]
    lines += ["", *(linked(each) for each in view.relations)]
    return "\n".join(lines)


async def _new(project: Project, argument: str) -> str:
    need(argument, "/adr new TITLE")
    new = decisions.NewDecision(Decision(argument))
    verdicts = await sweep_decision(project, new)
    view = await decisions.new_decision(project, new)
    named = {verdict.memory.id for verdict in verdicts}
    lines = [f"\n- It {escaped(verdict_words(verdict))}" for verdict in verdicts]
    recorded = listed(project, [view.memory]) + "".join(lines)
    recorded += similar([near for near in view.alike if near.memory.id not in named])
    return f"Recorded as proposed; no file was written:\n\n{recorded}"


async def _accept(project: Project, argument: str) -> str:
    need(argument, "/adr accept ID")
    changed = await adr_changes.change_status(project, argument, adr_changes.Verb.ACCEPT)
    return _told(project, changed, "Accepted")


async def _reject(project: Project, argument: str) -> str:
    need(argument, "/adr reject ID [BECAUSE]")
    return await _with_reason(project, argument, adr_changes.Verb.REJECT, "Rejected")


async def _deprecate(project: Project, argument: str) -> str:
    need(argument, "/adr deprecate ID [BECAUSE]")
    return await _with_reason(project, argument, adr_changes.Verb.DEPRECATE, "Deprecated")


async def _with_reason(project: Project, argument: str, verb: adr_changes.Verb, word: str) -> str:
    reference, _, because = argument.partition(" ")
    return _told(project, await adr_changes.change_status(project, reference, verb, because), word)


async def _supersede(project: Project, argument: str) -> str:
    old, _, new = argument.partition(" ")
    need(new, "/adr supersede OLD NEW")
    return _told(project, await adr_changes.supersede(project, old, new.strip()), "Superseded")


async def _link(project: Project, argument: str) -> str:
    words = _words(argument)
    if not 3 <= len(words) <= 4:
        raise UsageError(
            "A link has three parts, or four.", hint='Type /adr link 12 amends 10 "amended by".'
        )
    return _told(project, await adr_changes.link(project, *words), "Linked")


def _told(project: Project, changed: adr_changes.Changed, word: str) -> str:
    note = "" if changed.done else "It was so already; nothing was changed.\n\n"
    return f"{note}{word}:\n\n" + listed(project, [view.memory for view in changed.views])


def _words(argument: str) -> Sequence[str]:
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(
            f"The words cannot be told apart: {error}.", hint="Close the quote."
        ) from error


_VERBS: Mapping[str, Callable[[Project, str], Awaitable[str]]] = {
    "list": _list,
    "show": _show,
    "new": _new,
    "accept": _accept,
    "reject": _reject,
    "deprecate": _deprecate,
    "supersede": _supersede,
    "link": _link,
}
