"""/note: paths, then in one's own words why they are being changed."""

from featherchat.code.files import inside
from featherchat.commands import note as verbs
from featherchat.commands.markdown import escaped, listed, need
from featherchat.errors import InvalidValue
from featherchat.project import Project

_USAGE = "/note PATH… WHY"


async def note(project: Project, argument: str) -> str:
    """Keep the reason for the change in progress of some files."""
    need(argument, _USAGE)
    paths, why = _parted(project, argument)
    need(why, _USAGE)
    noted = await verbs.note(project, paths, why)
    done = "That is already known" if noted.known else "Noted"
    told = [f"{done}:", "", listed(project, [noted.memory]), ""]
    named = escaped(", ".join(noted.waiting))
    if noted.changes:
        told += ["For:", "", listed(project, list(noted.changes)), ""]
        return "\n".join([*told, f"The commit of {named} takes it up."])
    return "\n".join([*told, f"Nothing differs there yet: the next change of {named} has it."])


def _parted(project: Project, argument: str) -> tuple[list[str], str]:
    """The first word, and those behind it that are paths, too, as paths; the rest is the reason."""
    first, *words = argument.split()
    paths = [_bare(first)]
    while words and _is_there(project, _bare(words[0])):
        paths.append(_bare(words.pop(0)))
    return paths, " ".join(words)


def _bare(word: str) -> str:
    # A path is mentioned with an @, and a comma may stand behind it.
    return word.removeprefix("@").rstrip(",")


def _is_there(project: Project, path: str) -> bool:
    try:
        return inside(project.root, path).exists()
    except InvalidValue:
        return False
