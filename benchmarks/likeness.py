"""How often would what different records say be taken for a near duplicate?

    python -m benchmarks.likeness --data DIR [--cache DIR]

DIR holds ``adr-corpus.jsonl``. Each record is cut into the memories that the product
learns of it, and each memory is compared with all of the same layer that other records
of its repository say; what they say in the same words is one memory, and no pair. Prints, for each repository and overall: memories, pairs, how many
pairs are at least as near as the local embedder's ``alike_threshold`` (near), how many
of those are reported because no number, negation or identifier tells them apart
(reported), the same by shared words alone (words), and the greatest cosine among the
pairs that nothing else tells apart. A report is not always wrong: some records do repeat
each other. Then how many of twelve paraphrases, written by hand, are near enough.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.vectors import KeptVectors
from featherchat.capture.pieces import Draft, drafts_of_record
from featherchat.decisions import parse
from featherchat.embedders.base import Embedder, Purpose
from featherchat.embedders.local import LocalEmbedder
from featherchat.memory import traits_of
from featherchat.sameness import differ_in_substance, normalized
from featherchat.settings import LearnSettings
from featherchat.store.likeness import WORDS_ALIKE, word_overlap

PARAPHRASES = (
    ("We use PostgreSQL for every service.", "Every service uses PostgreSQL."),
    ("We chose usearch over FAISS for its size.", "usearch won over FAISS: it is smaller."),
    ("Sessions were lost: Memcached keeps nothing.", "Memcached keeps nothing: sessions got lost."),
    ("Memcached keeps nothing on disk.", "Memcached does not persist anything to disk."),
    ("Always run ruff before committing.", "Run ruff before every commit."),
    ("The user prefers tabs over spaces.", "User prefers tabs to spaces."),
    ("Deployments go through Helm charts.", "We deploy with Helm charts."),
    ("We use Helm because manifests drifted.", "We use Helm, as the manifests drifted apart."),
    ("Never mock the database in tests.", "Do not mock the database in tests."),
    ("Retries use backoff with jitter.", "Retry with backoff and jitter."),
    ("A logout invalidates the user's cache.", "On logout the user's cache is invalidated."),
    ("The pool is closed at shutdown.", "At shutdown the pool gets closed."),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in one repository, or in all."""

    memories: int = 0
    pairs: int = 0
    near: int = 0
    reported: int = 0
    words: int = 0
    nearest: float = 0.0

    def plus(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(
            self.memories + other.memories,
            self.pairs + other.pairs,
            self.near + other.near,
            self.reported + other.reported,
            self.words + other.words,
            max(self.nearest, other.nearest),
        )


def measure(records: Sequence[str], embedder: Embedder) -> Figures:
    """One repository's records against each other."""
    limit = LearnSettings().piece_words
    said = [(n, each) for n, text in enumerate(records) for each in drafts_of(text, limit)]
    texts = [f"{draft.title}\n{draft.text}" for _, draft in said]
    matrix = embedder.embed(texts, Purpose.DOCUMENT)
    layers = [traits_of(draft.kind).layer for _, draft in said]
    same = [(draft.kind, normalized(draft.text)) for _, draft in said]
    figures = Figures(memories=len(set(same)))
    for place, (record, draft) in enumerate(said):
        cosines = matrix[place + 1 :] @ matrix[place]
        others = [
            (float(cosine), said[other][1].text)
            for other, cosine in enumerate(cosines, place + 1)
            if said[other][0] != record
            and layers[other] == layers[place]
            and same[other] != same[place]
        ]
        figures = figures.plus(compared(draft.text, others, embedder.identity.alike_threshold))
    return figures


def drafts_of(text: str, limit: int) -> Sequence[Draft]:
    return drafts_of_record(parse(text), limit).memories


def compared(text: str, others: Sequence[tuple[float, str]], at_least: float) -> Figures:
    """One memory against others, each with its cosine."""
    alike = [cosine for cosine, _ in others if cosine >= at_least]
    # Below 0.85 nothing is near; to look for words there would take hours.
    same = [
        (cosine, word_overlap(text, other))
        for cosine, other in others
        if cosine >= 0.85 and not differ_in_substance(text, other)
    ]
    return Figures(
        0,
        len(others),
        len(alike),
        sum(cosine >= at_least for cosine, _ in same),
        sum(share >= WORDS_ALIKE for _, share in same),
        max((cosine for cosine, _ in same), default=0.0),
    )


def show(name: str, figures: Figures) -> None:
    print(
        f"repository={name} memories={figures.memories} pairs={figures.pairs}"
        f" near={figures.near} reported={figures.reported} words={figures.words}"
        f" nearest={figures.nearest:.3f}"
    )


def texts_by_repository(folder: Path) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (folder / "adr-corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found.setdefault(row["repo"], []).append(row["text"])
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Measure every repository, then the paraphrases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="Keep vectors here.")
    arguments = parser.parse_args(argv)
    embedder = KeptVectors(LocalEmbedder(), arguments.cache)
    overall = Figures()
    for name, records in texts_by_repository(arguments.data).items():
        figures = measure(records, embedder)
        show(name, figures)
        overall = overall.plus(figures)
    show("all", overall)
    one, other = (embedder.embed(side, Purpose.DOCUMENT) for side in zip(*PARAPHRASES, strict=True))
    near = np.sum(one * other, axis=1) >= embedder.identity.alike_threshold
    print(f"paraphrases={len(PARAPHRASES)} near={int(near.sum())}")


if __name__ == "__main__":
    main()
