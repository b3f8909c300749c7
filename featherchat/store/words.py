"""The index of words: tantivy's BM25 in the cache folder, derived from the rows.

The index says which revision of the store it holds. What was written since is
scored here, by the same formula and the index's own statistics, so a memory is
findable when its write returns; once enough has piled up, the index catches up.
A manifest holds a checksum of every file, compared before tantivy maps one.
"""

import fcntl
import json
import math
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import tantivy

from featherchat.store.analysis import STEMMED, Asked, analyze, path_terms, references_in, stems

WRITER_HEAP = 30_000_000
FORMAT = 3
"""Raised when the analysis or the fields change: an older index is built anew."""

FIELDS: Mapping[str, float] = {"title": 1.0, "text": 1.0, "identifiers": 1.0, "paths": 1.0}
"""Fields and their weights in the score.

On benchmarks/questions.py a title at 1.5 put the right record first in 70.9 % instead of 71.5 %;
a title at 0.7, identifiers at 1.5 and paths at 0.5 made no difference.
"""

Fields = Mapping[str, tuple[str, ...]]
"""The terms of each field."""

Telling = Mapping[tuple[str, ...], float]
"""How telling each term of a question is, by its forms; see ``forms_of``."""

_K1, _B = 1.2, 0.75
_LEAST_TELLING = 0.001
_MANIFEST = "featherchat.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of one memory."""

    seq: int
    kind: str
    title: str
    text: str
    paths: tuple[str, ...]
    """Of its source and of the code it is about."""


def fields_of(entry: Entry) -> Fields:
    """The terms that a memory is found by."""
    title, text = analyze(entry.title), analyze(entry.text)
    references = (each for path in entry.paths for each in references_in(path))
    stemmed = entry.kind in STEMMED
    return {
        "title": stems(title.words) if stemmed else title.words,
        "text": stems(text.words) if stemmed else text.words,
        "identifiers": (*title.names, *text.names, *references),
        "paths": tuple(term for path in entry.paths for term in path_terms(path)),
    }


def terms_by_field(question: Asked) -> Fields:
    """The terms of a question that each field is asked for.

    Words and their stems do not meet: a memory is indexed by the one or by the other.
    """
    words = (*question.words, *question.stems)
    return {
        "title": words,
        "text": words,
        "identifiers": question.names,
        "paths": question.paths,
    }


class WordIndex:
    """Words of the memories up to ``revision``. Used by the store thread alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = _lockable(folder)
        self._index: tantivy.Index | None = None
        self._searcher: tantivy.Searcher | None = None
        self.revision = 0
        self._open()

    @property
    def size(self) -> int:
        """How many memories are indexed."""
        return self._searcher.num_docs if self._searcher else 0

    def search(self, question: Asked, limit: int) -> dict[int, float]:
        """BM25 by memory, best first; at most ``limit``."""
        if self._searcher is None or self._index is None:
            return {}
        asked = self._worth_asking(terms_by_field(question))
        return self._hits(_query(self._index.schema, asked), limit)

    def _worth_asking(self, asked: Fields) -> Fields:
        """The terms that tell one memory from another.

        A term that all but one in a thousand have adds less than .003 to a score, and its list is
        the longest to read: a question at 10,000 memories takes a third less time without.
        """
        worth = {
            field: tuple(term for term in terms if self._is_worth_asking(field, term))
            for field, terms in asked.items()
        }
        return worth if any(worth.values()) else asked

    def _is_worth_asking(self, field: str, term: str) -> bool:
        frequency = self.document_frequency(field, term)
        return bool(frequency) and is_telling(frequency, self.size)

    def about(self, paths: Sequence[str], limit: int) -> list[int]:
        """Memories from or about one of some paths, as ``Asked`` has them; at most ``limit``."""
        if self._searcher is None or self._index is None or not paths:
            return []
        return list(self._hits(_query(self._index.schema, {"paths": tuple(paths)}), limit))

    def covered(self, seqs: Sequence[int], telling: Telling) -> dict[int, float]:
        """The sum of what the terms that a memory has, but in its paths, are worth.

        Args:
            seqs: The memories that are looked at.
            telling: What the terms are worth; any form of one counts, and counts once.
        """
        if self._searcher is None or self._index is None or not seqs or not telling:
            return {}
        schema, some = self._index.schema, tantivy.Occur.Should
        # Not a term_set_query: it takes 0.4 ms for 30 numbers, this 0.05 ms.
        within = [(some, tantivy.Query.term_query(schema, "seq", seq)) for seq in seqs]
        either = tantivy.Query.boolean_query(within)
        clauses = [(tantivy.Occur.Must, tantivy.Query.const_score_query(either, 0.0))]
        for forms, worth in telling.items():
            terms = [
                (some, _term(schema, field, form))
                for form in forms
                for field in ("title", "text", "identifiers")
                if self.document_frequency(field, form)
            ]
            if terms:
                any_of_them = tantivy.Query.boolean_query(terms)
                clauses.append((some, tantivy.Query.const_score_query(any_of_them, worth)))
        return self._hits(tantivy.Query.boolean_query(clauses), len(seqs))

    def _hits(self, query: tantivy.Query, limit: int) -> dict[int, float]:
        if self._searcher is None:
            return {}
        hits = self._searcher.search(query, limit, count=False).hits
        if not hits:
            return {}
        seqs = self._searcher.fast_field_values("seq", [address for _, address in hits])
        return {int(seq): float(score) for seq, (score, _) in zip(seqs, hits, strict=True)}

    def document_frequency(self, field: str, term: str) -> int:
        """How many memories have a term in a field."""
        return self._searcher.doc_freq(field, term) if self._searcher else 0

    def update(self, entries: Sequence[Entry], removed: Sequence[int], revision: int) -> bool:
        """Bring the index to a revision; False if another process does so, or the disk failed."""
        if not entries and not removed:
            self.revision = revision
            return True
        with _locked(self._folder, exclusive=True, wait=False) as held:
            if not held:
                return False
            try:
                self._write(entries, removed, revision)
            except (OSError, ValueError):
                if self._folder is None:
                    raise
                # A full or failing disk below the cache costs speed, not memories: the
                # index starts anew in memory, and its revision says that it is empty.
                self._folder = self._index = self._searcher = None
                self.revision = 0
                return False
        return True

    def note_empty(self, revision: int) -> None:
        """Say on the disk that up to a revision there was nothing to index."""
        with _locked(self._folder, exclusive=True, wait=False) as held:
            if held and self._folder is not None:
                # What cannot be noted is looked for again at the next start.
                with suppress(OSError, ValueError):
                    self._write([], [], revision)

    def clear(self) -> None:
        """Forget everything, files included."""
        self._index = self._searcher = None
        self.revision = 0
        if self._folder is not None:
            with _locked(self._folder, exclusive=True, wait=True):
                shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self) -> None:
        if self._folder is None or not self._folder.is_dir():
            return
        with _locked(self._folder, exclusive=False, wait=True):
            revision = _verified_revision(self._folder)
            if revision is None:
                return
            try:
                self._use(tantivy.Index.open(str(self._folder)), revision)
            except (ValueError, OSError):
                # Derived data: what cannot be opened is built anew from the rows.
                self._index = self._searcher = None

    def _write(self, entries: Sequence[Entry], removed: Sequence[int], revision: int) -> None:
        index = self._index or self._fresh()
        writer = index.writer(WRITER_HEAP, 1)
        # What was never indexed need not be taken out.
        known = [] if not self.size else [entry.seq for entry in entries]
        for seq in {*removed, *known}:
            writer.delete_documents_by_term("seq", seq)
        for entry in entries:
            writer.add_document(_document(entry))
        writer.commit()
        writer.wait_merging_threads()
        if self._folder is not None:
            _write_manifest(self._folder, revision)
        index.reload()
        self._use(index, revision)

    def _fresh(self) -> tantivy.Index:
        schema = _schema()
        if self._folder is None:
            index = tantivy.Index(schema)
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
            # The thread that an opening starts may put its lock file back while all is removed.
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            index = tantivy.Index(schema, path=str(self._folder), reuse=False)
        index.register_tokenizer("spaced", _tokenizer())
        return index

    def _use(self, index: tantivy.Index, revision: int) -> None:
        # Tokenizers are not part of the files: register them after each open.
        index.register_tokenizer("spaced", _tokenizer())
        # Whoever writes reloads. tantivy's own watcher of the folder is a thread that may still
        # write its lock file there after the index was closed and thrown away.
        index.config_reader(reload_policy="manual")
        self._index = index
        self._searcher = index.searcher()
        self.revision = revision


def bm25(count: int, length: float, frequency: int, total: int) -> float:
    """One term's share of Okapi BM25 (k1 1.2, b 0.75), as Lucene and tantivy have it.

    Args:
        count: How often the field has the term.
        length: The field's length, in average lengths.
        frequency: How many memories have the term.
        total: How many memories there are.
    """
    saturation = count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))
    return inverse_frequency(frequency, total) * saturation


def inverse_frequency(frequency: int, total: int) -> float:
    """How telling a term is: ``ln(1 + (N - n + 0.5) / (n + 0.5))``."""
    frequency = min(frequency, total)
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5))


def is_telling(frequency: int, total: int) -> bool:
    """Whether a term tells one memory from another at all."""
    return inverse_frequency(frequency, total) >= _LEAST_TELLING


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("seq", indexed=True, fast=True)
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="spaced", index_option="freq")
    return builder.build()


def _tokenizer() -> tantivy.TextAnalyzer:
    # The analysis is done in Python, once for what is stored and what is asked.
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer("seq", entry.seq)
    for field, terms in fields_of(entry).items():
        if terms:
            document.add_text(field, " ".join(terms))
    return document


def _query(schema: tantivy.Schema, asked: Fields) -> tantivy.Query:
    return tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Should, tantivy.Query.boost_query(_term(schema, field, term), weight))
            for field, weight in FIELDS.items()
            for term in asked.get(field, ())
        ]
    )


def _term(schema: tantivy.Schema, field: str, term: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, field, term, index_option="freq")


def _lockable(folder: Path | None) -> Path | None:
    """The folder, if its lock can be held; without it the index is made in memory."""
    try:
        with _locked(folder, exclusive=False, wait=False):
            return folder
    except OSError:
        # Such as the lock of another account, from a start with sudo.
        return None


@contextmanager
def _locked(folder: Path | None, *, exclusive: bool, wait: bool) -> Iterator[bool]:
    """Hold the index's lock file; False if it is held elsewhere and we do not wait."""
    if folder is None:
        yield True
        return
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folder.with_suffix(".lock").open("a") as lock:
        mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(lock, mode if wait else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _checksums(folder: Path) -> dict[str, int]:
    return {
        file.name: zlib.crc32(file.read_bytes())
        for file in sorted(folder.iterdir())
        if file.is_file() and file.name != _MANIFEST and not file.name.startswith(".")
    }


def _write_manifest(folder: Path, revision: int) -> None:
    content = {"format": FORMAT, "revision": revision, "files": _checksums(folder)}
    aside = folder / (_MANIFEST + ".new")
    aside.write_text(json.dumps(content), encoding="utf-8")
    aside.replace(folder / _MANIFEST)


def _verified_revision(folder: Path) -> int | None:
    """The revision that an unharmed index holds; None if it has to be built anew."""
    try:
        content = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        intact = content["format"] == FORMAT and content["files"] == _checksums(folder)
        return int(content["revision"]) if intact else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
