"""The commands sessions and export: what was talked about, and a copy of it."""

import json

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.commands import sessions as verbs
from featherchat.commands.wording import age, counted, shown_line
from featherchat.errors import ExitCode
from featherchat.project import Project


@click.command()
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def sessions(project: Project, words: tuple[str, ...], as_json: bool) -> ExitCode:
    """Your conversations, the newest first; with WORDS those in which they were said."""
    found = await verbs.list_sessions(project, " ".join(words))
    now = project.clock.now()
    for line in found:
        session = line.session
        if as_json:
            record = {
                "id": session.id,
                "title": session.title,
                "created_at": session.created_at,
                "updated_at": session.updated_at,
                "branch": session.branch,
                "turns": line.turns,
                "learned": line.learned,
                "found": line.found,
            }
            put(json.dumps(record, ensure_ascii=False))
            continue
        told = f"{counted(line.turns, 'turn')}, {line.learned} learned"
        old = age(now - session.updated_at)
        say(f"{session.id[-8:].lower()}  {old:>4}  {shown_line(session.title)} ({told})")
        if line.found:
            say(f"                {shown_line(line.found)}")
    if not found:
        narrate("No conversation has these words." if words else "Nothing was said here yet.")
    elif not as_json:
        narrate("Go on with one: featherchat -r ID")
    return ExitCode.DONE if found else ExitCode.NOTHING


@click.command()
@click.option("--session", default="", metavar="ID", help="Which one; the newest by default.")
@click.option("--json", "as_json", is_flag=True, help="One object instead of Markdown.")
@in_project
async def export(project: Project, session: str, as_json: bool) -> ExitCode:
    """A conversation with what was recalled for it, to stdout."""
    text = await verbs.exported(project, session, as_json=as_json)
    (put if as_json else say)(text)
    return ExitCode.DONE
