"""Commands on memory in time: history, diff, compact."""

import dataclasses
import json
from typing import Any

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import head_line, print_episodes
from featherchat.commands import timeline
from featherchat.commands.memories import Question, episodes, to_record
from featherchat.commands.moments import ago, past_moment
from featherchat.commands.telling import change_lines, edge_line, step_head, step_lines
from featherchat.commands.wording import counted, moment_words
from featherchat.errors import ExitCode, UsageError
from featherchat.memory import Edge, Memory
from featherchat.project import Project
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.argument("memory_id", metavar="[ID]", required=False)
@click.option("--about", metavar="TEXT", help="Every time that something happened, oldest first.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def history(
    project: Project, memory_id: str | None, about: str | None, as_json: bool
) -> ExitCode:
    """What happened to a memory, newest first: when, why, by whom, and what it changed."""
    if about is not None and memory_id is None:
        return print_episodes(await episodes(project, Question(about)), as_json=as_json)
    if about is not None or memory_id is None:
        raise UsageError("Give a memory's ID or --about TEXT.", hint="Find an id with search.")
    found = await timeline.history(project, memory_id)
    if not as_json:
        say(head_line(found.memory, project.clock.now()))
    for step in found.steps:
        if as_json:
            put(_line(_step_record(step)))
            continue
        say(f"\n  {step_head(step)}")
        for line in step_lines(step, found.memory.id):
            say(f"    {line}")
    if found.horizon is not None:
        narrate(f"What happened before {moment_words(found.horizon)} was compacted.")
    return ExitCode.DONE


@click.command()
@click.argument("since")
@click.argument("until", required=False)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def diff(project: Project, since: str, until: str | None, as_json: bool) -> ExitCode:
    """What memory learnt (+), changed (~) and lost (-) from SINCE to UNTIL, or to now.

    A time is a period (3d, 2w), a date (2026-03-04, from its beginning, UTC), or a commit.
    """
    now = project.clock.now()
    first = await past_moment(project, since)
    last = now if until is None else await past_moment(project, until)
    found = await timeline.differences(project, first, last)
    (_print_records if as_json else _print_differences)(found, now)
    if not (_memories(found) or _edges(found)):
        narrate("Nothing is different.")
        return ExitCode.NOTHING
    return ExitCode.DONE


@click.command()
@click.option("--keep", default="365d", show_default=True, metavar="PERIOD", help="Such as 90d.")
@in_project
async def compact(project: Project, keep: str) -> ExitCode:
    """Forget how memory was longer ago than PERIOD. What is remembered stays.

    Before that, undo, history, diff and --as-of have nothing to go by any more.
    """
    now = project.clock.now()
    done = await timeline.compact(project, now - ago(keep, now))
    say(
        f"Removed {counted(done.changes, 'change')} from the log;"
        f" the store is {done.freed / 1e6:.1f} MB smaller."
    )
    narrate(f"The past can be read from {moment_words(done.horizon)} on.")
    return ExitCode.DONE


def _memories(found: timeline.Differences) -> list[tuple[str, Memory, Memory | None]]:
    """A sign, the memory, and what it was before if it was changed."""
    difference = found.difference
    return [
        *(("+", memory, None) for memory in difference.added),
        *(("~", after, before) for before, after in difference.changed),
        *(("-", memory, None) for memory in difference.removed),
    ]


def _edges(found: timeline.Differences) -> list[tuple[str, Edge]]:
    difference = found.difference
    return [
        *(("+", edge) for edge in difference.edges_added),
        *(("-", edge) for edge in difference.edges_removed),
    ]


def _print_differences(found: timeline.Differences, now: float) -> None:
    for sign, memory, before in _memories(found):
        say(f"{sign} {head_line(memory, now)}")
        for line in change_lines(before, memory) if before else ():
            say(f"    {line}")
    for sign, edge in _edges(found):
        say(f"{sign} {edge_line(edge, found.ends)}")


def _print_records(found: timeline.Differences, now: float) -> None:
    words = {"+": "added", "~": "changed", "-": "removed"}
    for sign, memory, before in _memories(found):
        record = {"change": words[sign], **_record(memory)}
        put(_line(record | ({} if before is None else {"before": _record(before)})))
    for sign, edge in _edges(found):
        put(_line({"change": f"edge {words[sign]}", **dataclasses.asdict(edge)}))


def _step_record(step: timeline.Step) -> dict[str, Any]:
    version = step.version
    return {
        "revision": step.revision,
        "operation": step.operation,
        "at": step.at,
        "actor": step.actor,
        "reason": step.reason,
        "before": _record(version.memory) if version and version.memory else None,
        "after": _record(version.after) if version and version.after else None,
        "text": list(step.rewording),
        "edges_added": [dataclasses.asdict(link.edge) for link in step.links if link.came],
        "edges_removed": [dataclasses.asdict(link.edge) for link in step.links if not link.came],
    }


def _record(memory: Memory) -> dict[str, Any]:
    return to_record(Recollection(memory, memory.importance, ScoreParts(0.0)))


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
