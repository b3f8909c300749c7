"""The command group adr: listing and reading decisions, and its other commands by name."""

import importlib
import json
from collections.abc import Iterable

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import head_line, indented, json_line, linked_line
from featherchat.commands import decisions, memories
from featherchat.commands.adr_fields import decision_record, field_texts
from featherchat.commands.signs import sign_of, source_words, title_words
from featherchat.commands.wording import age, counted, kind_words, shown_line
from featherchat.decisions import Decision
from featherchat.errors import ExitCode
from featherchat.memory import Kind
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts

_MODULES = {
    "new": "adr_new",
    "accept": "adr_changes",
    "reject": "adr_changes",
    "deprecate": "adr_changes",
    "supersede": "adr_changes",
    "link": "adr_changes",
    "import": "adr_records",
    "write": "adr_files",
    "check": "adr_checks",
    "graph": "adr_records",
}


class _Verbs(click.Group):
    """The commands behind adr; each is imported when it is called, so that a list is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of use."""
        return list(dict.fromkeys(["new", "list", "show", *_MODULES]))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, loaded if it stands elsewhere."""
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        name = cmd_name if cmd_name != "import" else "import_"
        module = importlib.import_module(f"featherchat.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, name)
        return command


@click.group(cls=_Verbs)
def adr() -> None:
    """Decisions: recorded, found, superseded, and written as records.

    ID is a number (ADR-12, 12), a file or its slug, a title, or a memory's id.
    """


@adr.command("list")
@click.option("--status", multiple=True, metavar="STATUS", help="accepted, proposed, …")
@click.option("--kind", multiple=True, metavar="KIND", help="Also dead-end, bug-fix, ….")
@click.option("--path", metavar="PATH", help="Only what governs this file or folder.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def list_(
    project: Project,
    status: tuple[str, ...],
    kind: tuple[str, ...],
    path: str | None,
    as_json: bool,
) -> ExitCode:
    """Every decision, those in force first."""
    kinds = tuple(memories.normalized_kind(each) for each in kind)
    wanted = decisions.Wanted(status, kinds, path)
    found = await decisions.list_decisions(project, wanted)
    now = project.clock.now()
    for view in found:
        memory = view.memory
        if as_json:
            put(json_line(Recollection(memory, memory.importance, ScoreParts(0.0))))
            continue
        sign, word = sign_of(memory), decisions.standing(memory)
        if memory.kind != Kind.DECISION and word == "unstated":
            word = kind_words(memory.kind)
        say(
            f"{sign.mark} {word:11} {age(now - memory.created_at):>4} "
            f" {title_words(memory)}  m:{short_id(memory.id)}"
        )
    if not found and (status or kind or path):
        narrate("No decision is like that. featherchat adr list shows them all.")
    elif not found:
        narrate("No decision is recorded. Learn the project's records with featherchat init.")
    return ExitCode.DONE if found else ExitCode.NOTHING


@adr.command("show")
@click.argument("reference", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One object with its fields and links.")
@in_project
async def show(project: Project, reference: str, as_json: bool) -> ExitCode:
    """One decision with its fields and links."""
    view = await decisions.show_decision(project, reference)
    if as_json:
        put(json.dumps(_record(view), ensure_ascii=False))
        return ExitCode.DONE
    memory = view.memory
    say(head_line(memory, project.clock.now()))
    say(f"  id {memory.id} · from {source_words(memory.source)}")
    assert view.decision is not None
    for line in _field_lines(view.decision):
        say(line)
    if view.relations:
        say("")
    for each in view.relations:
        say(f"  {linked_line(each)} ({source_words(each.memory.source)})")
    narrate(
        f"{counted(len(view.relations), 'link')} to others;"
        f" what changed: featherchat history m:{short_id(memory.id)}"
    )
    return ExitCode.DONE


def _field_lines(decision: Decision) -> Iterable[str]:
    for label, texts in field_texts(decision):
        yield ""
        yield f"  {label}"
        for text in texts:
            for line in text.splitlines():
                yield from indented(shown_line(line), 40, "    ") or [""]


def _record(view: decisions.DecisionView) -> dict[str, object]:
    bare = Recollection(view.memory, view.memory.importance, ScoreParts(0.0))
    links = [
        {
            "relation": link.edge.relation,
            "forward": link.forward,
            "origin": link.edge.origin,
            **memories.to_record(Recollection(link.memory, 0.0, ScoreParts(0.0))),
        }
        for link in view.linked
    ]
    assert view.decision is not None
    return {
        **memories.to_record(bare),
        "decision": decision_record(view.decision),
        "links": links,
    }
