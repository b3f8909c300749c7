"""The command group adr."""

import json

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import head_line, indented, json_line, linked_line, print_memory
from featherchat.commands import decisions, memories
from featherchat.commands.signs import alike_words, sign_of, source_words, title_words
from featherchat.commands.wording import age, counted, shown_line
from featherchat.errors import ExitCode
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts


@click.group()
def adr() -> None:
    """Decisions: record, list and read them."""


@adr.command("new")
@click.argument("title", nargs=-1, required=True)
@click.option("--outcome", default="", metavar="TEXT", help="What exactly is decided.")
@click.option("--because", default="", metavar="TEXT", help="Why.")
@click.option("--reject", multiple=True, metavar="'OPTION: REASON'", help="May be repeated.")
@click.option("--accepted", is_flag=True, help="It is decided; else it is proposed.")
@click.option("-s", "--supersedes", metavar="ID", help="The decision that this one replaces.")
@in_project
async def new(
    project: Project,
    title: tuple[str, ...],
    outcome: str,
    because: str,
    reject: tuple[str, ...],
    accepted: bool,
    supersedes: str | None,
) -> ExitCode:
    """Record a decision in memory. No file is written."""
    wanted = decisions.NewDecision(" ".join(title), outcome, because, reject, accepted, supersedes)
    view = await decisions.new_decision(project, wanted)
    say(f"Recorded: {head_line(view.memory, project.clock.now())}")
    for link in view.linked:
        say(f"  {linked_line(link)}")
    for near in view.alike:
        narrate(f"Note: {alike_words(near)}")
    return ExitCode.DONE


@adr.command("list")
@click.option("--status", multiple=True, metavar="STATUS", help="accepted, proposed, …")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def list_(project: Project, status: tuple[str, ...], as_json: bool) -> ExitCode:
    """Every decision, those in force first."""
    found = await decisions.list_decisions(project, status)
    now = project.clock.now()
    for view in found:
        memory = view.memory
        if as_json:
            put(json_line(Recollection(memory, memory.importance, ScoreParts(0.0))))
            continue
        sign = sign_of(memory)
        say(
            f"{sign.mark} {decisions.standing(memory):11} {age(now - memory.created_at):>4} "
            f" {title_words(memory)}  m:{short_id(memory.id)}"
        )
    if not found:
        narrate("No decision is recorded. Learn the project's records with featherchat init.")
    return ExitCode.DONE if found else ExitCode.NOTHING


@adr.command("show")
@click.argument("reference", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One object with its links.")
@in_project
async def show(project: Project, reference: str, as_json: bool) -> ExitCode:
    """One decision with its reasons and rejected options. ID may be ADR-12."""
    if as_json:
        view = await decisions.show_decision(project, reference)
        put(json.dumps(_record(view), ensure_ascii=False))
        return ExitCode.DONE
    shown = await memories.show(project, reference)
    print_memory(shown, project.clock.now())
    say("")
    for link in shown.linked:
        say(f"{linked_line(link)} ({source_words(link.memory.source)})")
        for line in indented(shown_line(link.memory.text), 6, "    "):
            say(line)
    narrate(counted(len(shown.linked), "link"))
    return ExitCode.DONE


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
    return {**memories.to_record(bare), "links": links}
