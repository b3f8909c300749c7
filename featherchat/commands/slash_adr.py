"""The slash command /adr: decisions, their answers as Markdown."""

import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence

from featherchat.capture.importing import Outcome
from featherchat.commands import adr_changes, decisions
from featherchat.commands.adr_fields import OPTIONS, field_texts
from featherchat.commands.adr_files import FilePlan, apply, plan_filed, plan_write
from featherchat.commands.adr_graph import as_text, decision_graph
from featherchat.commands.adr_records import check_folder, import_folder
from featherchat.commands.adr_sweep import sweep_decision, verdict_words
from featherchat.commands.markdown import escaped, facts, fenced, linked, listed, need, similar
from featherchat.commands.signs import title_words
from featherchat.commands.wording import counted, shown
from featherchat.decisions import Decision
from featherchat.errors import UsageError
from featherchat.project import Project
from featherchat.recall.context import short_id


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
        if label == OPTIONS:
            lines += [_option(text) for text in texts]
        else:
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
    return await _told(project, changed, "Accepted")


async def _reject(project: Project, argument: str) -> str:
    need(argument, "/adr reject ID [BECAUSE]")
    return await _with_reason(project, argument, adr_changes.Verb.REJECT, "Rejected")


async def _deprecate(project: Project, argument: str) -> str:
    need(argument, "/adr deprecate ID [BECAUSE]")
    return await _with_reason(project, argument, adr_changes.Verb.DEPRECATE, "Deprecated")


async def _with_reason(project: Project, argument: str, verb: adr_changes.Verb, word: str) -> str:
    reference, _, because = argument.partition(" ")
    return await _told(
        project, await adr_changes.change_status(project, reference, verb, because), word
    )


async def _supersede(project: Project, argument: str) -> str:
    old, _, new = argument.partition(" ")
    need(new, "/adr supersede OLD NEW")
    return await _told(
        project, await adr_changes.supersede(project, old, new.strip()), "Superseded"
    )


async def _link(project: Project, argument: str) -> str:
    words = _words(argument)
    if not 3 <= len(words) <= 4:
        raise UsageError(
            "A link has three parts, or four.", hint='Type /adr link 12 amends 10 "amended by".'
        )
    return await _told(project, await adr_changes.link(project, *words), "Linked")


async def _write(project: Project, argument: str) -> str:
    words = argument.split()
    plan = await plan_write(project, [word for word in words if word != "--yes"])
    if not plan.changes:
        return "The records say already what memory says." + _left_out(plan)
    if "--yes" not in words:
        command = f"/adr write {argument}".rstrip()
        return _shown(plan, command)
    names = await apply(project, plan)
    listing = "\n".join(f"- `{name}`" for name in names)
    return f"Written, and not committed:\n\n{listing}{_left_out(plan)}"


async def _import(project: Project, argument: str) -> str:
    words = argument.split()
    dry_run = "--dry-run" in words
    folder = " ".join(word for word in words if word != "--dry-run")
    reports = await import_folder(project, folder, dry_run=dry_run)
    files = [each for report in reports for each in report.files]
    lines = [
        f"- {each.outcome.value}: `{each.path}` {escaped(each.title or each.reason)}"
        for each in files
        if each.outcome is not Outcome.UNCHANGED
    ]
    unchanged = len(files) - len(lines)
    told = "Would be learnt" if dry_run else "Learnt"
    return "\n".join([f"{told}; {counted(unchanged, 'record')} unchanged.", "", *lines])


async def _check(project: Project, argument: str) -> str:
    found = await check_folder(project, argument)
    head = f"{counted(found.records, 'record')}, {counted(len(found.problems), 'problem')}."
    return "\n".join([head, "", *(f"- {escaped(str(each))}" for each in found.problems)])


async def _graph(project: Project, argument: str) -> str:
    graph = await decision_graph(project, argument)
    if not graph.decisions:
        return "No decision is recorded. `/init` learns the project's records."
    return fenced(as_text(graph))


async def _told(project: Project, changed: adr_changes.Changed, word: str) -> str:
    note = "" if changed.done else "It was so already; nothing was changed.\n\n"
    memories = [view.memory for view in changed.views]
    told = f"{note}{word}:\n\n" + listed(project, memories)
    plan = await plan_filed(project, memories)
    if not plan.changes:
        return told + _left_out(plan)
    named = " ".join(f"m:{short_id(memory.id)}" for memory in memories)
    return f"{told}\n\n{_shown(plan, f'/adr write {named}')}"


def _shown(plan: FilePlan, command: str) -> str:
    """What would be written, and how to say that it shall be."""
    diff = fenced(plan.diff, "diff")
    return f"{diff}\n\nNothing was written: `{command} --yes` writes it.{_left_out(plan)}"


def _left_out(plan: FilePlan) -> str:
    return "".join(
        f"\n\nLeft out: {escaped(left.title)}: {escaped(left.reason)}." for left in plan.left
    )


def _option(text: str) -> str:
    """An option, or below it what speaks for and against it: each on a line of its own."""
    depth = "    " if text.startswith(" ") else ""
    line = " ".join(shown(text).split())
    # A sign that begins a line would make a list of it and be gone.
    return f"{depth}- " + (f"\\{line}" if line[:1] in ("+", "-") else line)


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
    "import": _import,
    "write": _write,
    "check": _check,
    "graph": _graph,
}
