"""Which record a reference means, and how one record is to name another."""

import posixpath
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from featherchat.decisions.layout import lay_out
from featherchat.decisions.markdown import read
from featherchat.decisions.naming import file_name
from featherchat.decisions.parsing import parse
from featherchat.decisions.value import RecordFile, Reference, Style

_UNSAFE = re.compile(r"[\s()<>%]")
_NAMED = re.compile(r"\W*ADR[-_ #]*\d", re.IGNORECASE)
_SERIES = re.compile(r"(?:ADR|DR)[-_ #]+(?=\D)", re.IGNORECASE)


def resolve(reference: Reference, at: str, paths: Iterable[str]) -> str | None:
    """The path that a reference in the record ``at`` means; None if it is none of ``paths``.

    By its link, else by its number or its slug among the records of the same folder.
    """
    folder = posixpath.dirname(at)
    known = list(paths)
    if reference.path is not None and "://" not in reference.path:
        wanted = posixpath.normpath(
            posixpath.join(folder, unquote(reference.path.partition("#")[0]))
        )
        if wanted in known:
            return wanted
    beside = [path for path in known if posixpath.dirname(path) == folder and path != at]
    number = reference.number
    if number is not None:
        return next((path for path in beside if file_name(path).number == number), None)
    name = _SERIES.sub("", reference.text.removesuffix(".md"), count=1)
    return next(
        (p for p in beside if name in (PurePosixPath(p).stem, file_name(p).slug)),
        None,
    )


def reference_to(target: RecordFile, at: RecordFile) -> Reference:
    """How ``at`` is to name ``target``: as adr-tools, MADR or log4brains would, with a link."""
    decision = parse(target.text, target.path)
    name = file_name(target.path)
    stem = PurePosixPath(target.path).stem
    path = posixpath.relpath(target.path, posixpath.dirname(at.path) or ".")
    # A space or a bracket would end the link.
    path = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", path)
    if name.number is None:
        return Reference(stem, path)
    heading = lay_out(read(target.text)).title
    in_series = heading is not None and _NAMED.match(heading.text) is not None
    if parse(at.text, at.path).style is Style.NYGARD and not in_series:
        title = decision.title.replace("[", "(").replace("]", ")")
        return Reference(f"{name.number}. {title}", path)
    return Reference(f"ADR-{name.number:04d}", path)


def same_target(one: Reference, other: Reference) -> bool:
    """Whether two references of one record name the same other record."""
    if one.number is not None or other.number is not None:
        return one.number == other.number
    if one.path is not None and other.path is not None:
        return posixpath.normpath(one.path) == posixpath.normpath(other.path)
    return one.text.casefold() == other.text.casefold()
