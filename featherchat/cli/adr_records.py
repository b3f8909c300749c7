"""Commands on all decisions and records at once: graph, import."""

import json
from collections.abc import Sequence

import click

from featherchat.capture.importing import Imported, ImportReport, Outcome
from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.learning import give_meaning
from featherchat.commands.adr_graph import FORMATS, decision_graph
from featherchat.commands.adr_records import import_folder
from featherchat.commands.wording import counted, shown, shown_line
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
    """How decisions are linked, all or around ID."""
    found = await decision_graph(project, reference)
    if not found.decisions:
        narrate("No decision is recorded. Learn the project's records with featherchat init.")
        return ExitCode.NOTHING
    put(shown(FORMATS[form](found)), end="")
    decisions, links = len(found.decisions), len(found.edges)
    narrate(f"{counted(decisions, 'decision')}, {counted(links, 'link')}.")
    return ExitCode.DONE


@click.command("import")
@click.argument("folder", metavar="[DIR]", required=False, default="")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and store nothing.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def import_(project: Project, folder: str, dry_run: bool, as_json: bool) -> ExitCode:
    """Learn the records of DIR.

    Without DIR: of every folder that holds records.

    A second time only what has changed is learnt; a deleted file retires its decision.
    """
    reports = await import_folder(project, folder, dry_run=dry_run)
    files = [each for report in reports for each in report.files]
    for each in files:
        if as_json:
            put(json.dumps(_record(each), ensure_ascii=False))
        elif each.outcome is not Outcome.UNCHANGED:
            say(_line(each))
            for problem in each.problems:
                narrate(f"Note: {problem}")
    narrate(f"{'Would be: ' if dry_run else ''}{_summary(reports)}")
    if not dry_run:
        await give_meaning(project)
    return ExitCode.DONE if files else ExitCode.NOTHING


def _line(each: Imported) -> str:
    place = each.path + (f":{each.line}" if each.line is not None else "")
    if each.outcome is Outcome.UNPARSED:
        return f"{each.outcome.value:9} {place}: it {each.reason}"
    status = each.decision.status if each.decision is not None else None
    turned = f" · {each.status_before} → {status or 'unstated'}" if each.status_before else ""
    moved = f" · before: {each.before}" if each.before else ""
    return f"{each.outcome.value:9} {place}  {shown_line(each.title)}{turned}{moved}".rstrip()


def _summary(reports: Sequence[ImportReport]) -> str:
    counts = {outcome: sum(report.count(outcome) for report in reports) for outcome in Outcome}
    told = (f"{count:,} {outcome.value}" for outcome, count in counts.items() if count)
    return ", ".join(told) + "." if any(counts.values()) else "No records."


def _record(each: Imported) -> dict[str, object]:
    return {
        "path": each.path,
        "outcome": each.outcome.value,
        "path_before": each.before or None,
        "title": each.title,
        "status": each.decision.status if each.decision is not None else None,
        "status_before": each.status_before or None,
        "reason": each.reason,
        "line": each.line,
        "problems": [{"line": one.line, "text": one.text} for one in each.problems],
    }
