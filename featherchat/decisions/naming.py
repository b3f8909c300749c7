"""The file names of decision records: reading a number, finding the next name."""

import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

MAX_SLUG = 80
"""Characters; a longer title is cut at a word."""

_NUMBERED = re.compile(r"((?:adr|dr|decision)[-_ ]?)?(\d{1,6})(?:([-_ .]+)(.*)|$)", re.IGNORECASE)
_DATED = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:([-_ ]+)(.*)|$)")


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of a file says."""

    slug: str
    number: int | None = None
    date: str | None = None
    form: "Form | None" = None
    """How a number or date is written; None if there is neither."""


@dataclass(frozen=True, slots=True)
class Form:
    """A folder's habit of naming: what is put before the slug."""

    prefix: str = ""
    separator: str = "-"
    suffix: str = ".md"
    dated: bool = False
    dashes: str = ""
    """What stands between year, month and day."""


def file_name(path: str) -> FileName:
    """The parts of a decision record's name: ``0012-x.md``, ``adr-012-x.md``, ``20240131-x.md``."""
    name = PurePosixPath(path.replace("\\", "/"))
    stem, suffix = name.stem, name.suffix
    dated = _DATED.match(stem)
    if dated is not None and (day := _day(dated[1], dated[3], dated[4])) is not None:
        form = Form("", dated[5] or "-", suffix, dated=True, dashes=dated[2])
        return FileName(dated[6] or "", date=day, form=form)
    numbered = _NUMBERED.match(stem)
    if numbered is not None:
        form = Form(numbered[1] or "", numbered[3] or "-", suffix)
        return FileName(numbered[4] or "", number=int(numbered[2]), form=form)
    return FileName(stem)


def number_of(path: str) -> int | None:
    """The number in a file's name; None if it has none or begins with a date."""
    return file_name(path).number


def slug(title: str) -> str:
    """The title as part of a file name: lower case, words joined by dashes, never empty.

    Accents are dropped; letters that are not Latin stay as they are.
    """
    bare = title.replace("'", "").replace("’", "")
    folded = unicodedata.normalize("NFC", "".join(_without_accents(bare))).lower()
    words = re.sub(r"[\W_]+", "-", folded).strip("-")
    if len(words) > MAX_SLUG:
        words = words[: MAX_SLUG + 1].rpartition("-")[0] or words[:MAX_SLUG]
    return words or "decision"


def _without_accents(text: str) -> Iterator[str]:
    """The characters without the marks on Latin letters; elsewhere a mark is another letter."""
    is_latin = False
    for sign in unicodedata.normalize("NFKD", text):
        if not unicodedata.combining(sign):
            is_latin = "LATIN" in unicodedata.name(sign, "")
        elif is_latin:
            continue
        yield sign


def next_name(existing: Iterable[str], title: str, date: str) -> str:
    """The name for a new decision among the names of its folder, in the folder's own form.

    An empty folder gets ``0001-title.md``.

    Args:
        existing: File names or paths of the folder; a README or a template does not count.
        title: The new decision's title.
        date: ISO 8601; used where names begin with a date.
    """
    names = [PurePosixPath(path.replace("\\", "/")).name for path in existing]
    forms = Counter(found.form for name in names if (found := file_name(name)).form is not None)
    form = forms.most_common(1)[0][0] if forms else Form()
    tail = f"{form.separator}{slug(title)}"
    if not form.dated:
        return f"{form.prefix}{_next_number(names, form)}{tail}{form.suffix}"
    start = date.replace("-", form.dashes) + tail
    candidate, count = f"{start}{form.suffix}", 2
    while candidate in names:
        candidate, count = f"{start}-{count}{form.suffix}", count + 1
    return candidate


def _next_number(names: Iterable[str], form: Form) -> str:
    digits = [
        match[2]
        for name in names
        if file_name(name).form == form and (match := _NUMBERED.match(name))
    ]
    if not digits:
        return "0001"
    # The habit of the folder is its most common width: a stray 2210 does not narrow 0017.
    width = Counter(map(len, digits)).most_common(1)[0][0]
    return f"{max(map(int, digits)) + 1:0{width}d}"


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
