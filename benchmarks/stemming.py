"""Which kinds of memories are found better by the stems of their words?

    python -m benchmarks.stemming --data DIR

DIR holds ``adr`` and ``retrieval``. Each set is indexed twice by the product's index of words,
once as a kind that keeps its words and once as one that is stemmed, and asked the same
questions. Prints, for each set: questions, and the share whose answer comes first (r1) and
among the first five (r5), by words and by stems. Meaning takes no part.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.records import repositories
from featherchat.memory import Kind
from featherchat.store.analysis import analyze_question
from featherchat.store.words import Entry, WordIndex

KEPT_KIND, STEMMED_KIND = Kind.DECISION, Kind.CONVERSATION
FIVE = 5


@dataclass(frozen=True, slots=True)
class Case:
    """Texts that are searched together, and questions with the places of their answers."""

    texts: Sequence[str]
    questions: Sequence[tuple[str, frozenset[int]]]


def whole_records(folder: Path) -> Iterator[Case]:
    """Decision records by the first sentences of their context, which is taken away."""
    for repository in repositories(folder / "adr"):
        asked = [
            (record.question, frozenset([place]))
            for place, record in enumerate(repository.records)
            if record.question is not None
        ]
        yield Case([record.text for record in repository.records], asked)


def decisions_by_title(folder: Path) -> Iterator[Case]:
    """The decision sections of records by the records' titles."""
    found = rows(folder / "retrieval" / "adr.jsonl")
    asked = [(row["title"], frozenset([place])) for place, row in enumerate(found)]
    yield Case([row["decision"] for row in found], asked)


def commits(folder: Path) -> Iterator[Case]:
    """Commits by the titles of the records that they carry out."""
    titles = defaultdict(list)
    for row in rows(folder / "adr" / "adr-corpus.jsonl"):
        titles[row["repo"]].append((row["adr"], row["title"]))
    for repository, found in by(rows(folder / "adr" / "adr-commits.jsonl"), "repo").items():
        asked = [
            (title, frozenset(n for n, row in enumerate(found) if number in row["adrs"]))
            for number, title in titles[repository]
        ]
        texts = ["\n".join([row["subject"], *row["files"]]) for row in found]
        yield Case(texts, [(title, places) for title, places in asked if places])


def conversations(folder: Path) -> Iterator[Case]:
    """The turns of long conversations by questions about them (LoCoMo)."""
    turns = by(rows(folder / "retrieval" / "locomo_turns.jsonl"), "conv")
    for name, asked in by(rows(folder / "retrieval" / "locomo_qa.jsonl"), "conv").items():
        places = {row["id"]: place for place, row in enumerate(turns[name])}
        texts = [f"{row['speaker']}: {row['text']} {row['caption'] or ''}" for row in turns[name]]
        yield Case(
            texts,
            [
                (row["question"], frozenset(places[each] for each in row["evidence"]))
                for row in asked
                if places.keys() >= set(row["evidence"])
            ],
        )


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a file, as it has them."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def by(found: Sequence[dict[str, Any]], name: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by the value of a field."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found:
        groups[row[name]].append(row)
    return groups


def measure(cases: Sequence[Case], kind: str) -> tuple[int, float, float]:
    """How many questions there are, and the shares answered first and among five."""
    first = five = count = 0
    for case in cases:
        index = WordIndex(None)
        entries = [Entry(place, kind, "", text, ()) for place, text in enumerate(case.texts)]
        index.update(entries, [], 1)
        for question, wanted in case.questions:
            found = list(index.search(analyze_question(question), FIVE))
            count += 1
            first += bool(wanted & set(found[:1]))
            five += bool(wanted & set(found))
    return count, first / count, five / count


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    folder = parser.parse_args(argv).data
    for make in (whole_records, decisions_by_title, commits, conversations):
        cases = list(make(folder))
        count, first, five = measure(cases, KEPT_KIND)
        _, stemmed_first, stemmed_five = measure(cases, STEMMED_KIND)
        print(
            f"{make.__name__} questions={count} r1={first:.3f} stemmed_r1={stemmed_first:.3f}"
            f" r5={five:.3f} stemmed_r5={stemmed_five:.3f}"
        )


if __name__ == "__main__":
    main()
