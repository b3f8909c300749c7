"""/verify: what waits for a person's word because its code has changed, on the page."""

from featherchat.commands import decay
from featherchat.commands.markdown import escaped, listed, memory_line
from featherchat.project import Project
from featherchat.recall.context import doubts


async def verify(project: Project, argument: str) -> str:
    """Take a person's word on one memory; without an id, list what waits for it."""
    if argument.strip():
        held = [await decay.verify(project, each) for each in argument.split()]
        return "Still holds:\n\n" + listed(project, held)
    lines = []
    for memory in await decay.suspects(project):
        lines.append(f"- {memory_line(project, memory)}")
        lines += [f"    - {escaped(doubt)}" for doubt in doubts(memory)]
    if not lines:
        return "Nothing is suspect: no code has changed under what is remembered."
    ways = "`/verify ID` says that it holds; `/edit ID TEXT` and `/forget ID` else."
    return "\n".join([*lines, "", ways])
