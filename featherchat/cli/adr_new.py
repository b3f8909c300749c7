"""The command adr new: a decision by options, in an editor, or from a file."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from featherchat.capture.contradictions import Verdict
from featherchat.capture.judging import Relation
from featherchat.cli.editor import drafted
from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.printing import head_line, json_line, linked_line
from featherchat.commands.adr_drafts import Stated, read_draft, template
from featherchat.commands.adr_sweep import WEIGHTY, sweep_decision, verdict_words
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.commands.signs import alike_words
from featherchat.decisions import Decision, link_request
from featherchat.errors import ExitCode, UsageError
from featherchat.memory import AdrStatus, Kind, Memory
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection, ScoreParts

MAX_FILE = 1_000_000
"""Bytes of a draft that is read."""


@click.command()
@click.argument("title", nargs=-1)
@click.option("--context", default="", metavar="TEXT", help="What it is about, and why now.")
@click.option("--driver", multiple=True, metavar="TEXT", help="What matters. May be repeated.")
@click.option("--option", multiple=True, metavar="'NAME: WHY NOT'", help="A way that was weighed.")
@click.option("--reject", multiple=True, metavar="'NAME: WHY NOT'", help="One that was rejected.")
@click.option("--pro", multiple=True, metavar="'NAME: TEXT'", help="What speaks for an option.")
@click.option("--con", multiple=True, metavar="'NAME: TEXT'", help="What speaks against one.")
@click.option("--outcome", default="", metavar="TEXT", help="What is decided, or the option taken.")
@click.option("--because", default="", metavar="TEXT", help="Why.")
@click.option("--consequence", multiple=True, metavar="TEXT", help="What follows from it.")
@click.option("--confirmation", default="", metavar="TEXT", help="How one sees it is followed.")
@click.option("--decider", multiple=True, metavar="NAME", help="Who decided.")
@click.option("--governs", multiple=True, metavar="PATH", help="A path, glob, or PATH#SYMBOL.")
@click.option("--accepted", is_flag=True, help="It is decided; else it is proposed.")
@click.option(
    "-s", "--supersedes", multiple=True, metavar="ID", help="What this accepted one replaces."
)
@click.option("-l", "--link", multiple=True, metavar="'5:Amends:Amended by'", help="As adr-tools.")
@click.option("--edit", is_flag=True, help="Write it in $VISUAL or $EDITOR.")
@click.option("--file", type=click.Path(path_type=Path), help="Read a record; - is a pipe.")
@click.option("--strict", is_flag=True, help="Record nothing that meets a decision in force.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def new(
    project: Project,
    /,
    title: tuple[str, ...],
    supersedes: tuple[str, ...],
    link: tuple[str, ...],
    strict: bool,
    edit: bool,
    file: Path | None,
    as_json: bool,
    **given: Any,
) -> ExitCode:
    """Record a decision in memory. No file is written; see adr write.

    Without TITLE, or with --edit, it is written in your editor, as a MADR record.
    """
    stated = Stated(" ".join(title), **given)
    related = NewDecision(Decision(""), supersedes, tuple(map(link_request, link)))
    if file is not None:
        if title or edit:
            raise UsageError("A file and a title or an editor were given.", hint="Give one.")
        return await _record(
            project, read_draft(_read(file)), related, strict=strict, as_json=as_json
        )
    if title and not edit:
        wanted = NewDecision(stated.decision())
        return await _record(project, wanted, related, strict=strict, as_json=as_json)
    with drafted(template(stated.decision())) as draft:
        text = draft.edit(os.environ)
        if not text.strip() or text == draft.before:
            narrate("Nothing was written, so nothing is recorded.")
            return ExitCode.NOTHING
        done = await _record(project, read_draft(text), related, strict=strict, as_json=as_json)
        draft.stored = done is ExitCode.DONE
        return done


async def _record(
    project: Project, new: NewDecision, related: NewDecision, *, strict: bool, as_json: bool
) -> ExitCode:
    """Record what was stated, with the relations of the options beside its own."""
    supersedes = (*new.supersedes, *related.supersedes)
    wanted = replace(new, supersedes=supersedes, links=(*new.links, *related.links))
    verdicts = await sweep_decision(project, wanted)
    for number, verdict in enumerate(verdicts, 1):
        narrate(f"{number}. It {verdict_words(verdict)}.")
    decided = _answered(wanted, verdicts, strict=strict)
    if decided is None:
        narrate("Nothing was recorded.")
        return ExitCode.NOTHING
    view = await new_decision(project, decided)
    named = {verdict.memory.id for verdict in verdicts}
    for near in view.alike:
        if near.memory.id not in named:
            narrate(f"Note: {alike_words(near)}")
    if as_json:
        put(json_line(Recollection(view.memory, view.memory.importance, ScoreParts(0.0))))
        return ExitCode.DONE
    word = "Recorded already" if view.again else "Recorded"
    say(f"{word}: {head_line(view.memory, project.clock.now())}")
    for each in view.linked:
        say(f"  {linked_line(each)}")
    mark = f"m:{short_id(view.memory.id)}"
    for old in _left_in_force(decided, verdicts):
        narrate(
            f"Both hold now; featherchat adr supersede m:{short_id(old.id)} {mark} lets this one"
            " take the other's place."
        )
    narrate(f"No file was written; featherchat adr write {mark} shows it as a record.")
    return ExitCode.DONE


def _left_in_force(new: NewDecision, verdicts: Sequence[Verdict]) -> list[Memory]:
    """The decisions that an accepted one takes the place of, as it seems, and has not."""
    if new.decision.status is not AdrStatus.ACCEPTED:
        return []
    return [
        verdict.memory
        for verdict in verdicts
        if verdict.verdict in (Relation.SUPERSEDES, Relation.CONTRADICTS)
        and verdict.memory.kind == Kind.DECISION
        and verdict.memory.id not in new.supersedes
    ]


def _answered(new: NewDecision, verdicts: Sequence[Verdict], *, strict: bool) -> NewDecision | None:
    """What is recorded in view of what it meets; None if nothing is."""
    if not any(verdict.verdict in WEIGHTY for verdict in verdicts):
        return new
    if strict:
        return None
    if not sys.stdin.isatty():
        return new
    old = {
        str(number): verdict.memory.id
        for number, verdict in enumerate(verdicts, 1)
        if verdict.memory.kind == Kind.DECISION
    }
    asked = "Record it anyway (r), let it supersede one (" + ", ".join(old) + "), or cancel (c)?"
    if not old:
        asked = "Record it anyway (r), or cancel (c)?"
    choices = click.Choice(["r", "c", *old])
    answer = click.prompt(asked, type=choices, default="c", show_choices=False, err=True)
    if answer == "c":
        return None
    return replace(new, supersedes=(*new.supersedes, old[answer])) if answer in old else new


def _read(file: Path) -> str:
    """A draft from a file, or through a pipe.

    Raises:
        UsageError: If it cannot be read, is too large, or is no text.
    """
    try:
        with click.open_file(str(file), "rb") as stream:
            data: bytes = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", hint="Name a Markdown file, or -."
        ) from error
    if len(data) > MAX_FILE:
        raise UsageError(f"{file} is larger than 1 MB.", hint="A decision is a page or two.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{file} is not UTF-8.", hint="Convert it first, as with iconv."
        ) from error
