"""Commands that learn: init and reindex."""

import json
import sys
import time

import click

from featherchat.capture.planning import Plan
from featherchat.cli.group import in_project, narrate, put, say
from featherchat.commands.wording import counted
from featherchat.errors import EmbedderError, ExitCode
from featherchat.project import Project

_BAR = 24


class Bar:
    """A progress bar on stderr where that is a terminal; else nothing. Called as a step is done."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = 0.0
        self._live = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Draw so many of so many."""
        now = time.monotonic()
        if not self._live or (now - self._shown < 0.1 and done < total):
            return
        self._shown = now
        filled = round(_BAR * done / max(total, 1))
        bar = "▇" * filled + "·" * (_BAR - filled)
        click.echo(f"\r{self._label} {bar} {done:,} of {total:,}", nl=False, err=True)
        if done >= total:
            click.echo("", err=True)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be read, and store nothing.")
@click.option("--no-meaning", is_flag=True, help="Words only for now; meaning follows later.")
@in_project
async def init(project: Project, dry_run: bool, no_meaning: bool) -> ExitCode:
    """Learn the project's documents and decision records."""
    plan = await project.plan_learning()
    _narrate_plan(plan)
    if dry_run:
        _say_documents(plan)
        return ExitCode.DONE
    report = await project.learn(plan, Bar("Reading "))
    say(
        f"Learnt {counted(report.documents, 'document')},"
        f" {counted(report.records, 'decision record')} among them:"
        f" {counted(report.new, 'new memory', 'new memories')}, {report.changed:,} changed, {report.retired:,} retired;"
        f" {counted(report.unchanged, 'document')} unchanged."
    )
    if report.links:
        say(f"{counted(report.links, 'record')} found that a later one supersedes.")
    if not no_meaning and await give_meaning(project):
        say("Memory is complete: words and meaning.")
    return ExitCode.DONE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def reindex(project: Project, as_json: bool) -> ExitCode:
    """Embed every memory anew with the configured embedder.

    The old vectors stay in force until all are done; a run that was stopped goes on.
    """
    done = await project.memories.reindex(Bar("Meaning "))
    if as_json:
        record = {"embedder": done.space, "embedded": done.embedded, "resumed": done.resumed}
        put(json.dumps(record, ensure_ascii=False))
        return ExitCode.DONE
    earlier = f"; an earlier run had done {done.resumed:,}" if done.resumed else ""
    say(f"Embedded {counted(done.embedded, 'memory', 'memories')} with {done.space}{earlier}.")
    return ExitCode.DONE


async def give_meaning(project: Project) -> bool:
    """Embed what was learnt just now, and say how far it is; whether it was done."""
    counts = await project.counts()
    if not counts.pending or project.memories.embedder is None:
        return False
    narrate("Words are searchable now; meaning follows. Ctrl+C is safe: the next init goes on.")
    try:
        await project.give_meaning(Bar("Meaning "))
    except EmbedderError as error:
        narrate(f"{error} {error.hint}")
        return False
    return True


def _narrate_plan(plan: Plan) -> None:
    narrate(
        f"{counted(len(plan.documents), 'document')} to read,"
        f" {counted(plan.records, 'decision record')} among them,"
        f" in {counted(plan.pieces, 'piece')};"
        f" {counted(len(plan.unchanged), 'document')} unchanged."
    )
    if plan.pieces:
        narrate(f"Meaning will be complete in about {max(plan.seconds, 1):.0f} s.")
    for each in plan.documents:
        if not each.drafts.memories:
            narrate(f"  nothing to learn in {each.file.path}")
    for skipped in plan.skipped:
        narrate(f"  skipped {skipped.path}: it {skipped.reason}")
    for path in plan.gone:
        narrate(f"  gone: {path}; its memories retire")
    if plan.over_limit:
        narrate(f"  {plan.over_limit:,} more are over learn.max_documents")


def _say_documents(plan: Plan) -> None:
    for each in plan.documents:
        what = (
            "record"
            if each.decision is not None
            else each.drafts.memories[0].kind
            if each.drafts.memories
            else "empty"
        )
        change = "changed" if each.known else "new"
        say(f"{each.file.path}  {what}  {counted(len(each.drafts.memories), 'piece')}  {change}")
