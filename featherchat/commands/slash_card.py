"""/card: the project's card on the page, and the diff of the file that keeps it."""

from featherchat.code.file_changes import write_changes
from featherchat.commands import card as verbs
from featherchat.commands.markdown import escaped
from featherchat.errors import UsageError
from featherchat.project import Project


async def card(project: Project, argument: str) -> str:
    """Show the card; with ``--write FILE`` the diff, and with ``--yes`` behind it write it."""
    if not argument:
        found = await verbs.card(project)
        if not found.lines:
            return "Nothing is known yet. `/init` learns the project's documents."
        head, *lines = found.text.splitlines()
        told = "\n".join(f"- {escaped(line.removeprefix('- '))}" for line in lines)
        return f"{escaped(head)}\n\n{told}\n\nAt most {found.tokens} tokens."
    path, yes = file_of(argument)
    change = await verbs.plan_card(project, path)
    if change.is_empty:
        return f"`{path}` is up to date."
    if not yes:
        fence = f"````diff\n{change.diff}\n````"
        return f"{fence}\n\nNothing was written: `/card --write {path} --yes` writes it."
    write_changes([change])
    return f"Wrote `{path}`."


def file_of(argument: str) -> tuple[str, bool]:
    """The file of ``--write FILE [--yes]``, and whether it is written without asking.

    Raises:
        UsageError: If it says anything else.
    """
    words = argument.split()
    yes = "--yes" in words
    rest = [word for word in words if word != "--yes"]
    if len(rest) != 2 or rest[0] != "--write":
        raise UsageError("/card is not called like that.", hint="Type /card --write AGENTS.md.")
    return rest[1], yes
