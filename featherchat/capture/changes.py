"""A commit as a memory: what changed and why, in its own words, and never the code.

The same commit always makes the same text, so that another commit with the same change, or
another process, is told from a second change.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from featherchat.capture.bulk import Bulk, bulk_of
from featherchat.capture.references import cited_in, is_document
from featherchat.capture.symbols import CommitSymbols, symbol_anchors, symbol_counts, symbol_words
from featherchat.clock import Clock
from featherchat.code.history import Commit, TouchedFile
from featherchat.code.symbol_changes import SymbolChange
from featherchat.memory import (
    Anchor,
    Attribute,
    Author,
    Kind,
    Memory,
    Source,
    traits_of,
)
from featherchat.privacy import clean_line

LINKED_IMPORTANCE = 1.4
"""Of a change that carries out a decision."""

QUIET_IMPORTANCE = 0.3
"""Of a bulk change."""

MAX_ANCHORS = 100
MAX_TITLE = 120
_MAX_BODY = 1_200
"""Characters: the reasons stand in the first paragraphs, and embedding costs grow with length."""
_REWORKED = 5
"""Lines that are added to a document when more than a typo is mended."""

_NAMED = 12
"""Files that the text names; the anchors name the others."""

_COMMENT = re.compile(r"<!--.*?-->|<details>.*|^```.*?^```[^\n]*$", re.DOTALL | re.MULTILINE)
_NOISE = re.compile(
    r"[ \t]*(?:(?:signed-off-by|co-authored-by|reviewed-by|acked-by|tested-by|change-id"
    r"|git-svn-id|reviewed-on)[:=].*|-{3,}|\W*generated with \[.*)",
    re.IGNORECASE,
)
_GAPS = re.compile(r"\n{3,}")


def change_of(
    commit: Commit,
    branch: str | None,
    clock: Clock,
    redacted: Callable[[str], str],
    symbols: Sequence[SymbolChange] = (),
) -> Memory:
    """The memory of a commit.

    Args:
        commit: It must touch a file.
        branch: Its branch, unless that is the default one.
        clock: For the id, and because nothing was made in the future.
        redacted: What makes a text fit to be stored.
        symbols: What became of symbols, as far as that was read.
    """
    bulk = bulk_of(commit)
    made_at = min(max(commit.authored_at, 0.0), clock.now())
    subject, body = _said(commit, redacted)
    when = datetime.fromtimestamp(made_at, UTC)
    ending = f"Committed {when:%Y-%m-%d %H:%M:%S} UTC."
    told = "\n".join(filter(None, (files_words(commit.files), symbol_words(symbols))))
    parts = (subject, body, redacted(told), ending)
    return Memory(
        id=clock.new_id(),
        text="\n\n".join(part for part in parts if part),
        title=subject,
        kind=Kind.CODE_CHANGE,
        source=Source(Author.COMMIT, made_at, sha=commit.id),
        created_at=made_at,
        importance=QUIET_IMPORTANCE if bulk else traits_of(Kind.CODE_CHANGE).importance,
        developer=clean_line(commit.email) or None,
        anchors=() if bulk else _anchors(commit.files, symbols),
        attributes=_attributes(commit, bulk, branch, symbols),
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """What the commits of one run need to be told."""

    symbols: CommitSymbols
    branches: Mapping[str, str]
    """By commit, where that is not the default one."""

    clock: Clock
    redacted: Callable[[str], str]

    def of(self, commits: Sequence[Commit], *, symbols: bool) -> dict[str, Memory]:
        """The memory of each commit; they must touch files.

        Args:
            commits: What is told.
            symbols: Whether to read which symbols they touch, which costs more than the rest.

        Raises:
            RepositoryProblem: If git cannot read a file that is there.
        """
        touched = self.symbols.of(commits) if symbols else {}
        return {
            each.id: change_of(
                each,
                self.branches.get(each.id),
                self.clock,
                self.redacted,
                touched.get(each.id, ()),
            )
            for each in commits
        }


def files_words(files: Sequence[TouchedFile]) -> str:
    """Which files, and how much of them: "Changed 2 files (+12 −3): a.py, b.py (new)"."""
    known = [each for each in files if each.added is not None]
    added, removed = (
        sum(each.added or 0 for each in known),
        sum(each.removed or 0 for each in known),
    )
    counts = f" (+{added} −{removed})" if known else ""
    names = ", ".join(_file_words(each) for each in files[:_NAMED])
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    return f"Changed {len(files)} file{'s' * (len(files) != 1)}{counts}: {names}{more}"


def _said(commit: Commit, redacted: Callable[[str], str]) -> tuple[str, str]:
    """The subject and the body, without the trailers that only name people."""
    message = _COMMENT.sub("", redacted(commit.message.replace("\r\n", "\n").replace("\r", "\n")))
    kept = [line.rstrip() for line in message.split("\n") if not _NOISE.fullmatch(line)]
    first, _, rest = "\n".join(kept).strip().partition("\n")
    subject = clean_line(first) or f"Change of {clean_line(commit.files[0].path)}"
    if len(subject) > MAX_TITLE:
        rest = f"{subject}\n\n{rest}"
        subject = f"{subject[: MAX_TITLE - 1]}…"
    return subject, _shortened(_GAPS.sub("\n\n", rest).strip())


def _shortened(body: str) -> str:
    """The first paragraphs, as many as fit."""
    if len(body) <= _MAX_BODY:
        return body
    return body[:_MAX_BODY].rpartition("\n\n")[0] or f"{body[: _MAX_BODY - 1]}…"


def _file_words(file: TouchedFile) -> str:
    path = clean_line(file.path)
    if file.is_submodule:
        return f"{path} (submodule)"
    if file.status == "R":
        return f"{path} (was {clean_line(file.before)})"
    return path + {"A": " (new)", "D": " (removed)"}.get(file.status, "")


def _anchors(files: Sequence[TouchedFile], symbols: Sequence[SymbolChange]) -> tuple[Anchor, ...]:
    found = [
        Anchor(clean_line(each.path), blob=each.blob if each.blob.strip("0") else None)
        for each in files
    ]
    # Who asks why a file is as it is means what it was called before, too.
    found += [Anchor(clean_line(each.before)) for each in files if each.status == "R"]
    blobs = {each.path: each.blob for each in files}
    return (*found[:MAX_ANCHORS], *symbol_anchors(symbols, blobs))


def _documents(files: Sequence[TouchedFile]) -> list[str]:
    """The documents that came, or were reworked, together with code."""
    documents = [each for each in files if is_document(each.path)]
    if len(documents) == len(files):
        return []
    return [
        clean_line(each.path)
        for each in documents
        if each.status == "A" or (each.added or 0) >= _REWORKED
    ][:_NAMED]


def _attributes(
    commit: Commit, bulk: Bulk | None, branch: str | None, symbols: Sequence[SymbolChange]
) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {"patch": commit.patch}
    if bulk:
        attributes["bulk"] = bulk.value
    if branch:
        attributes["branch"] = clean_line(branch)
    if symbols:
        attributes["symbols"] = symbol_counts(symbols)
    # The first commit of a repository brings everything, and carries out nothing of it.
    written = _documents(commit.files) if commit.parents and not bulk else []
    if written:
        attributes["documents"] = "\n".join(written)
    # What updates a dependency quotes its release notes, and their ADR-12 is another project's.
    cited = cited_in(commit.message, branch) if bulk is not Bulk.DEPENDENCIES else frozenset()
    if cited:
        attributes["cites"] = " ".join(f"{number}" for number in sorted(cited))
    return attributes
