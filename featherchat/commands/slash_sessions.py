"""The slash commands about conversations, their answers as Markdown."""

from featherchat.commands import sessions as verbs
from featherchat.commands.markdown import escaped
from featherchat.commands.wording import age, counted, from_home
from featherchat.project import Project
from featherchat.store.sessions import SessionLine

MOST = 30
"""Conversations that are named on the page; the rest is counted."""


async def sessions(project: Project, argument: str) -> str:
    """Name the conversations, or those that have some words."""
    found = await verbs.list_sessions(project, argument)
    if not found:
        return "No conversation has these words." if argument else "Nothing was said yet."
    now = project.clock.now()
    lines = [f"- {_line(each, now)}" for each in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"- {len(found) - MOST} more")
    return "\n".join([*lines, "", "`/resume ID` goes on with one; F6 shows them all."])


async def export(project: Project, argument: str) -> str:
    """Write a conversation into a file."""
    words = argument.split()
    reference = next((word for word in words if word not in ("json", "markdown")), "")
    file = await verbs.export_file(project, reference, as_json="json" in words)
    return f"Written: `{from_home(file)}`"


def _line(line: SessionLine, now: float) -> str:
    session = line.session
    learned = f" · {line.learned} learned" if line.learned else ""
    around = f"\n    > {escaped(line.found)}" if line.found else ""
    return (
        f"**{escaped(session.title)}** · {counted(line.turns, 'turn')}{learned}"
        f" · {age(now - session.updated_at)} · `{session.id[-8:].lower()}`{around}"
    )
