"""Which decision a person means, and which code a decision governs."""

import asyncio
import fnmatch
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from featherchat.code.files import Document, inside, read_document
from featherchat.commands.memories import MAX_DIGITS, the_memory
from featherchat.commands.signs import source_words
from featherchat.decisions import slug
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Anchor, Kind, Memory, Status
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Filter

_NUMBER = re.compile(rf"(?:adr)?[-_ #]*(\d{{1,{MAX_DIGITS}}})", re.IGNORECASE)
_SYMBOL = re.compile(r"[^#]+#[\w.:$<>~]+")


async def the_decision(project: Project, reference: str) -> Memory:
    """The decision that a person means: ``ADR-12``, ``12``, a file, a slug, a title or an id.

    Raises:
        NothingFound: If there is none.
        InvalidValue: If none is named, there are several, or it is something else.
    """
    wanted = reference.strip()
    if not wanted:
        raise InvalidValue("No decision is named.", hint="List the decisions with adr list.")
    known = await project.memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
    named = [memory for memory in known if _is_called(memory, wanted)]
    # What is gone makes way for what is there now under its name.
    named = [memory for memory in named if memory.status is not Status.RETIRED] or named
    if len(named) > 1:
        listed = ", ".join(
            f"m:{short_id(each.id)} ({source_words(each.source)})" for each in named[:5]
        )
        raise InvalidValue(
            f"{reference} may mean several decisions: {listed}.", hint="Give the id or the path."
        )
    if named:
        return named[0]
    memory = await _by_id(project, wanted)
    if memory.kind != Kind.DECISION:
        raise InvalidValue(
            f"m:{short_id(memory.id)} is no decision: {memory.title}.",
            hint="List the decisions with adr list.",
        )
    return memory


async def _by_id(project: Project, wanted: str) -> Memory:
    try:
        return await the_memory(project, wanted)
    except NothingFound as error:
        raise NothingFound(
            f"There is no decision {wanted}.", hint="List the decisions with adr list."
        ) from error


def _is_called(memory: Memory, wanted: str) -> bool:
    if wanted.startswith(("m:", "[m:")):
        return False
    number = _NUMBER.fullmatch(wanted)
    if number is not None and memory.attributes.get("number") == int(number[1]):
        return True
    sources = (memory.source, *memory.sources)
    paths = [PurePosixPath(source.path) for source in sources if source.path]
    names = {name for path in paths for name in (str(path), path.name, path.stem)}
    bare = memory.title.removeprefix(f"ADR-{memory.attributes.get('number')} ")
    return wanted in names or (bool(wanted) and wanted in (slug(bare), bare, memory.title))


def governs(memory: Memory, path: str) -> bool:
    """Whether a decision is about a file or a folder, or was learnt from there."""
    wanted = path.removeprefix("./").rstrip("/")
    stated = [anchor.path for anchor in memory.anchors]
    sources = [memory.source.path] if memory.source.path else []
    return any(touches(each, wanted) for each in (*stated, *sources))


def touches(stated: str, wanted: str) -> bool:
    """Whether of a stated and a wanted path one is the other, lies below it, or fits its glob."""
    bare = stated.rstrip("/")
    if bare == wanted or bare.startswith(f"{wanted}/") or wanted.startswith(f"{bare}/"):
        return True
    return fnmatch.fnmatchcase(wanted, bare.replace("**/", "*")) if "*" in bare else False


async def governed_anchors(project: Project, stated: Sequence[str]) -> tuple[Anchor, ...]:
    """What a decision governs, with the content that the files have now.

    Args:
        project: Where the paths are looked for; they need not be there yet.
        stated: Paths, globs, or ``path#symbol``.

    Raises:
        InvalidValue: If a path leads out of the project.
    """

    def anchors() -> tuple[Anchor, ...]:
        return tuple(_anchor(project, each) for each in dict.fromkeys(stated))

    return await asyncio.to_thread(anchors)


def _anchor(project: Project, stated: str) -> Anchor:
    path, _, symbol = stated.partition("#") if _SYMBOL.fullmatch(stated) else (stated, "", "")
    bare = path.strip().removeprefix("./")
    if not bare:
        raise InvalidValue("A governed path is empty.", hint="Name a file, a folder or a glob.")
    place = inside(project.root, bare)
    relative = place.relative_to(project.root.resolve()).as_posix()
    # A glob stays as it was stated; a file below a link is anchored where it lies.
    named = bare if "*" in bare or not place.exists() else relative
    found = read_document(project.root, named) if place.is_file() else None
    blob = found.blob_hash if isinstance(found, Document) else None
    return Anchor(named, symbol or None, blob=blob)
