"""Where a project's decision records lie, how they are written there, and the next one's name.

The repository's own habit is found, never replaced: its folder, the form of its file
names, its template and its style. Everything is read anew at every call, so a number
is free at the moment it is proposed.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from featherchat.code.files import Document, inside, list_files, read_document
from featherchat.code.repository import Repository
from featherchat.decisions import (
    Decision,
    Style,
    filled,
    is_record,
    next_name,
    number_of,
    parse,
    render,
)

USUAL_FOLDERS = ("docs/decisions", "docs/adr", "doc/adr", "adr")
"""In the order in which they are looked for."""

DEFAULT_FOLDER = USUAL_FOLDERS[0]

_LISTED_FACT = re.compile(r"^([*-]) Status:", re.IGNORECASE | re.MULTILINE)
_WITH_LISTED_FACTS = """\
# Title

{0} Status: accepted
{0} Deciders:
{0} Date:

## Context and Problem Statement

## Decision Drivers

## Considered Options

## Decision Outcome

### Consequences

### Confirmation

## Pros and Cons of the Options

## More Information

## Links
"""
"""MADR 2 and 3 and log4brains, which have their facts in a list and no front matter."""
"""Where the first record goes if nothing says otherwise; MADR's own folder."""

_RECORD_PLACE = re.compile(
    r"(^|/)(adrs?|decisions?|(?:architecture[-_])?decision[-_]records?|architecture[-_]decisions?)(/|$)"
    r"|(^|/)(adr[-_ ]?)?\d{3,8}[-_][^/]+$|(^|/)adr[-_][^/]*$",
    re.IGNORECASE,
)
_SUFFIXES = frozenset({".md", ".markdown", ".mdx"})
_TEMPLATE = re.compile(r"(?:^|.*[-_. ])template(?:[-_. ].*)?", re.IGNORECASE)
_ADR_FOLDER = re.compile(r"^\s*-?\s*adrFolder:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)
_READ_FOR_STYLE = 40
"""The newest records tell how the next one is written."""


@dataclass(frozen=True, slots=True)
class RecordHome:
    """A folder of decision records, and the habits of those who write them."""

    base: Path
    """What ``folder`` is relative to: the project's root, or a folder outside of it."""

    folder: str
    """With forward slashes; empty for ``base`` itself."""

    found_by: str = ""
    """What led to it, such as ``.adr-dir``; empty if it is only where a first record would go."""

    style: Style = Style.MADR
    template: str = ""
    """The folder's own template, or one of its records' form; empty where the style says it all."""

    outside: bool = False
    """Whether it lies outside the project, which the user's own settings allow."""

    @property
    def place(self) -> Path:
        """The folder on this machine; it may not exist yet."""
        return self.base / self.folder


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record as it could be written."""

    path: str
    """Relative to the home's ``base``. No file has this name, here or on the default branch."""

    text: str
    decision: Decision
    """With its number and slug."""


def is_record_place(path: str, folders: Sequence[str] = ()) -> bool:
    """Whether a file's name and folder are those of a record, or it lies in one of ``folders``."""
    if PurePosixPath(path).suffix.lower() not in _SUFFIXES:
        return False
    below = any(not folder or path.startswith(f"{folder}/") for folder in folders)
    return below or _RECORD_PLACE.search(path) is not None


def find_homes(
    root: Path, files: Sequence[str], configured: str = "", roots: Sequence[str] = ()
) -> tuple[RecordHome, ...]:
    """Where a project's records lie; a new one goes into the first.

    In this order: ``.adr-dir``, ``.log4brains.yml`` (each of its packages), the usual
    folders, the settings, else every folder that holds records, the fullest first. Where
    there is none, the only home is the folder that would be made. Slow in a large
    repository without any of the former: run it in a thread.

    Args:
        root: The project's root.
        files: Every file that is not ignored.
        configured: The setting ``adr.dir``.
        roots: The setting ``adr.roots``: further folders, also outside the project.
    """
    _, outside = _split(root, roots)
    found = record_folders(root, files, configured, roots)
    if not found and not outside:
        found = dict.fromkeys(_folders_of_records(root, files), "its records")
    homes = [_with_habits(RecordHome(root, folder, by), files) for folder, by in found.items()]
    homes += [
        _with_habits(RecordHome(place, "", "adr.roots", outside=True), list_files(place, None))
        for place in outside
    ]
    return tuple(homes) or (RecordHome(root, _first_folder(configured)),)


def record_folders(
    root: Path, files: Sequence[str], configured: str = "", roots: Sequence[str] = ()
) -> dict[str, str]:
    """The folders inside the project that are said to hold records, each with what says so.

    In the order of ``find_homes``; no record is read.
    """
    within, _ = _split(root, roots)
    found: dict[str, str] = {}
    for folder, by in (
        *_named_folders(root, files),
        *((folder, folder) for folder in USUAL_FOLDERS),
        *((folder, "adr.dir") for folder in _tidied("", configured)),
        *((folder, "adr.roots") for folder in within),
    ):
        if by.endswith((".adr-dir", ".log4brains.yml")) or _has_documents(folder, files):
            found.setdefault(folder, by)
    return found


def _named_folders(root: Path, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The folders that adr-tools' and log4brains' own files name, each with that file's path."""
    for marker in (".adr-dir", ".log4brains.yml"):
        nested = [path for path in files if path.endswith(f"/{marker}")]
        for path in (marker, *sorted(nested, key=lambda path: (path.count("/"), path))):
            read = read_document(root, path)
            text = read.text if isinstance(read, Document) else ""
            named = _ADR_FOLDER.findall(text) if marker != ".adr-dir" else [text.strip()]
            for folder in named:
                yield from ((tidy, path) for tidy in _tidied(posixpath.dirname(path), folder))


def propose(
    home: RecordHome,
    decision: Decision,
    date: str,
    repository: Repository | None,
    given: Sequence[str] = (),
) -> Proposal:
    """The file for a new decision: the next free name, and the text in the folder's own form.

    The folder's template is filled in if it has a place for all that the decision says.

    Args:
        home: Where it is to go.
        decision: What it says; its number and slug are those of the proposal's own name.
        date: Today, in ISO 8601; used where names begin with a date.
        repository: Also asked for the names on origin's default branch, as last fetched: two
            branches with the same next number clash when the second is merged.
        given: Names that other proposals of the same moment have.
    """
    taken = [*_names_in(home), *given]
    if repository is not None and not home.outside:
        taken += repository.names_on_origin(home.folder)
    name = next_name(taken, decision.title, decision.date or date)
    named = replace(decision, number=number_of(name), style=home.style)
    path = posixpath.join(home.folder, name)
    text = (filled(home.template, named) if home.template else None) or render(named)
    return Proposal(path, text, parse(text, path))


def _split(root: Path, roots: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Further folders: those in the project, relative to it, and the others that exist."""
    top = root.resolve()
    within: list[str] = []
    outside: list[Path] = []
    for each in roots:
        path = Path(each).expanduser()
        place = Path(top, path).resolve()
        if place.is_relative_to(top):
            within += _tidied("", place.relative_to(top).as_posix())
        # A link in the repository leads out without anybody's own settings saying so.
        elif place.is_dir() and (path.is_absolute() or ".." in path.parts):
            outside.append(place)
    return within, outside


def _tidied(at: str, folder: str) -> Iterator[str]:
    """A folder that is named in the folder ``at``; nothing if it leads out of the project."""
    path = posixpath.normpath(posixpath.join(at, folder.strip() or "/"))
    if not path.startswith(("/", "..")):
        yield path.removeprefix("./") if path != "." else ""


def _has_documents(folder: str, files: Sequence[str]) -> bool:
    return any(
        path.startswith(f"{folder}/") and PurePosixPath(path).suffix.lower() in _SUFFIXES
        for path in files
    )


def _folders_of_records(root: Path, files: Sequence[str]) -> list[str]:
    """Every folder that holds records, the one with the most first."""
    counts: Counter[str] = Counter()
    for path in filter(is_record_place, files):
        read = read_document(root, path)
        if isinstance(read, Document) and is_record(path, read.text):
            counts[posixpath.dirname(path)] += 1
    return [folder for folder, _ in counts.most_common()]


def _with_habits(home: RecordHome, files: Sequence[str]) -> RecordHome:
    """The home with the template and the style that its files show."""
    own = [path for path in files if is_record_place(path, (home.folder,)) and _is_in(home, path)]
    styles: Counter[Style] = Counter()
    bullets: Counter[str] = Counter()
    for path in sorted(own)[-_READ_FOR_STYLE:]:
        read = read_document(home.base, path)
        if isinstance(read, Document) and is_record(path, read.text):
            styles[parse(read.text, path).style] += 1
            bullets[_bullet_of_facts(read.text)] += 1
    template = _template(home, files)
    del styles[Style.FREE]
    shown = parse(template).style if template else Style.MADR
    # A free form is only read; MADR is what is written instead.
    written = shown if shown is not Style.FREE else Style.MADR
    style = styles.most_common(1)[0][0] if styles else written
    bullet = bullets.most_common(1)[0][0] if bullets else ""
    if not template and style is Style.MADR and bullet:
        template = _WITH_LISTED_FACTS.format(bullet)
    return replace(home, style=style, template=template)


def _bullet_of_facts(text: str) -> str:
    """The sign before a record's status in a list above its sections; empty without one."""
    fact = _LISTED_FACT.search(text.partition("\n## ")[0])
    return fact[1] if fact is not None else ""


def _template(home: RecordHome, files: Sequence[str]) -> str:
    """The text of adr-tools' ``templates/template.md``, or of a template beside the records."""
    folders = (posixpath.join(home.folder, "templates"), home.folder)
    for folder in folders:
        for path in files:
            name = PurePosixPath(path)
            named = _TEMPLATE.fullmatch(name.stem) and name.suffix.lower() in _SUFFIXES
            if named and posixpath.dirname(path) == folder:
                read = read_document(home.base, path)
                if isinstance(read, Document):
                    return read.text
    return ""


def _is_in(home: RecordHome, path: str) -> bool:
    return not home.folder or path.startswith(f"{home.folder}/")


def _names_in(home: RecordHome) -> list[str]:
    folder = inside(home.base, home.folder)
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def _first_folder(configured: str) -> str:
    return next(_tidied("", configured), "") or DEFAULT_FOLDER
