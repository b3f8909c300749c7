"""Which symbols a change touches, said in a line; never their code.

Parsing costs more than everything else that is read of a commit, so only what somebody may
ask about by name is parsed: no bulk change, no commit of very many files, and of a long
history the newest part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from featherchat.capture.bulk import bulk_of
from featherchat.code.blobs import read_blobs
from featherchat.code.grammars import MAX_PARSED, language_of
from featherchat.code.history import Commit, TouchedFile
from featherchat.code.repository import Repository
from featherchat.code.symbol_changes import Fate, FileSymbols, SymbolChange, symbol_changes
from featherchat.code.symbols import Symbol, symbols_in
from featherchat.memory import Anchor
from featherchat.privacy import clean_line, is_secret_file

NEWEST = 1_000
"""Commits of one run whose symbols are told: parsing takes three times what reading takes."""

MOST_FILES = 20
"""Files of code in one commit; more are moved or tidied together."""

MAX_SYMBOL_ANCHORS = 40
_NAMED = 8
"""Symbols of one fate that the text names."""

_KEPT = 2_000
"""Files whose symbols are kept while a run goes on: what a commit had before, an older one left."""


@dataclass(slots=True)
class CommitSymbols:
    """Reads the symbols that commits touch, for one run of the recorder."""

    repository: Repository
    _known: dict[tuple[str | None, str], tuple[Symbol, ...]] = field(default_factory=dict)

    def of(self, commits: Sequence[Commit]) -> dict[str, tuple[SymbolChange, ...]]:
        """What became of symbols, by commit; of commits that are not worth it nothing.

        Raises:
            RepositoryProblem: If git cannot read a file that is there.
        """
        parsed = {each.id: _files_of(each) for each in commits}
        self._read([file for files in parsed.values() for file in files])
        return {
            commit: symbol_changes(
                FileSymbols(
                    file.path,
                    self._symbols(file.before or file.path, file.blob_before),
                    self._symbols(file.path, file.blob),
                )
                for file in files
            )
            for commit, files in parsed.items()
            if files
        }

    def _read(self, files: Sequence[TouchedFile]) -> None:
        wanted = {
            (language_of(path), blob): path
            for file in files
            for path, blob in _versions(file)
            if (language_of(path), blob) not in self._known
        }
        if len(self._known) + len(wanted) > _KEPT:
            self._known.clear()
            wanted |= {
                (language_of(path), blob): path for each in files for path, blob in _versions(each)
            }
        found = read_blobs(self.repository, {blob for _, blob in wanted}, MAX_PARSED)
        for key, path in wanted.items():
            self._known[key] = symbols_in(path, found.get(key[1], b""))

    def _symbols(self, path: str, blob: str) -> tuple[Symbol, ...]:
        return self._known.get((language_of(path), blob), ())


def symbol_words(found: Sequence[SymbolChange]) -> str:
    """What became of symbols: "Symbols: added read; changed Token.renew, Token.end"."""
    parts = []
    for fate in Fate:
        names = list(dict.fromkeys(clean_line(each.name) for each in found if each.fate is fate))
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            parts.append(f"{fate.value} {', '.join(names[:_NAMED])}{more}")
    return f"Symbols: {'; '.join(parts)}" if parts else ""


def symbol_anchors(found: Sequence[SymbolChange], blobs: Mapping[str, str]) -> tuple[Anchor, ...]:
    """Anchors of the symbols that are there afterwards.

    Args:
        found: What became of symbols.
        blobs: git's hash of each file, by its path.
    """
    there = (each for each in found if each.fate is not Fate.REMOVED)
    anchors = {
        (each.path, each.name): Anchor(
            clean_line(each.path), clean_line(each.name), blob=blobs.get(each.path)
        )
        for each in there
    }
    return tuple(anchors.values())[:MAX_SYMBOL_ANCHORS]


def symbol_counts(found: Sequence[SymbolChange]) -> str:
    """How many symbols met which fate: "+2 ~1 −0"; empty if none did."""
    added, removed, changed = (
        sum(each.fate is fate for each in found)
        for fate in (Fate.ADDED, Fate.REMOVED, Fate.CHANGED)
    )
    return f"+{added} ~{changed} −{removed}" if found else ""


def _files_of(commit: Commit) -> list[TouchedFile]:
    """The files of code in a commit that is no bulk change; none if they are too many."""
    if not commit.files or len(commit.parents) > 1 or bulk_of(commit):
        return []
    files = [
        each
        for each in commit.files
        if language_of(each.path) and not each.is_submodule and not is_secret_file(each.path)
    ]
    return files if len(files) <= MOST_FILES else []


def _versions(file: TouchedFile) -> Iterator[tuple[str, str]]:
    for path, blob in ((file.before or file.path, file.blob_before), (file.path, file.blob)):
        if language_of(path) and blob.strip("0"):
            yield path, blob
