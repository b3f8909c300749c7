"""Commands on what commits did: why and index."""

import json

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.learning import Bar, give_meaning
from featherchat.cli.printing import indented
from featherchat.cli.typed_paths import from_root
from featherchat.commands import trail
from featherchat.commands.why import Why
from featherchat.commands.why import why as explain
from featherchat.commands.wording import counted
from featherchat.errors import ExitCode, UsageError
from featherchat.project import Project


@click.command()
@click.argument("place", metavar="PATH[:LINE[-LINE]]")
@click.option("--json", "as_json", is_flag=True, help="One object a change.")
@in_project
async def why(project: Project, place: str, as_json: bool) -> ExitCode:
    """The decisions behind a file or some of its lines, by way of the commits.

    Exit code 1: no reason is recorded.
    """
    found = await explain(project, _from_root(project, place))
    if as_json:
        for step in found.steps:
            put(json.dumps(trail.step_record(found, step), ensure_ascii=False))
    else:
        _print(found)
    if trail.ending(found):
        narrate(trail.ending(found))
    return ExitCode.DONE if found.has_reason else ExitCode.NOTHING


@click.command()
@click.option("--no-meaning", is_flag=True, help="Words only for now; meaning follows later.")
@in_project
async def index(project: Project, no_meaning: bool) -> ExitCode:
    """Bring memory up to the commits of this branch; a run that was stopped goes on."""
    if project.recorder is None:
        raise UsageError("There is no git repository here.", hint="Run it in one.")
    done = await project.recorder.record(Bar("Commits "))
    say(
        f"Read {counted(done.commits, 'commit')}: {counted(done.new, 'new change')},"
        f" {counted(done.links, 'new link')} with decisions."
    )
    if done.suggested:
        waits = counted(done.suggested, "more link is", "more links are")
        narrate(f"{waits} suggested: see featherchat links --suggested.")
    if done.lost:
        narrate(f"{counted(done.lost, 'change')} left every branch; marked, and kept.")
    if done.suspect:
        narrate(
            f"{counted(done.suspect, 'memory', 'memories')} turned suspect: the code under"
            " changed. featherchat verify lists what waits for your word."
        )
    if done.lacking:
        narrate(
            f"git misses contents of {counted(done.lacking, 'commit')}: the files are named, and"
            " their lines and symbols are not counted. git fetch --refetch brings what is missing."
        )
    if done.partial:
        narrate(
            "The history is partial: this clone is shallow. git fetch --unshallow completes it."
        )
    if not no_meaning and await give_meaning(project):
        say("Memory is complete: words and meaning.")
    return ExitCode.DONE


def _print(found: Why) -> None:
    say(str(found.place))
    for step in found.steps:
        say(f"  {trail.step_line(step)}")
        words = trail.said(step.change) if step.change and (step.lines or step.reasons) else ""
        for line in indented(words, 2, "    ") if words else ():
            say(line)
        for note in step.notes:
            for part in indented(trail.note_line(note), 2, "    "):
                say(part)
        for reason in step.reasons:
            for line in trail.reason_lines(reason):
                margin = "      " if line.startswith(" ") else "    "
                for part in indented(line.strip(), 2, margin):
                    say(part)
        for link in step.maybe:
            for part in indented(trail.link_line(link), 2, "    "):
                say(part)
        for deployment in step.deployed:
            say(f"    {trail.deployment_line(deployment)}")
    for memory in found.governed_by:
        say(f"  {trail.governing_line(memory)}")


def _from_root(project: Project, place: str) -> str:
    """The place as it reads from the project's root: a path, with or without its lines."""
    path, mark, lines = place.rpartition(":")
    for typed, rest in ((path, mark + lines), (place, "")):
        found = from_root(project, typed) if typed else ""
        if found and found != typed:
            return found + rest
    return place
