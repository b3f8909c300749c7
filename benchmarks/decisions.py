"""Does memory find the decision that matters, by question, by commit, and once superseded?

    python -m benchmarks.decisions --data DIR [--cache DIR]

DIR holds ``adr-corpus.jsonl``, ``adr-commits.jsonl`` and ``adr-supersedes.jsonl``. Three
tasks, asked of the product through ``Retriever.recall`` with the embedded model, no key, and
one setting, which is printed: a question finds the record that it was taken from
(``benchmarks.questions``); a commit finds the records that it cites, with links learnt from
earlier commits alone (``benchmarks.commits``); the title of a superseded record brings its
successor above it (``benchmarks.superseding``). Plain BM25 stands beside the first two, with
95 % bootstrap intervals. What is printed is described in the three modules. Vectors are kept
in the cache folder, without which a run takes minutes.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import commits, questions, superseding
from featherchat.embedders.local import LocalEmbedder
from featherchat.fusion import SHARPNESS, Fusion, FusionWeights
from featherchat.ranking import (
    CHANCE,
    CHANGE_HALF_LIFE,
    CHANGE_TIME,
    COVERAGE_WORTH,
    FLAT_EXPONENT,
    FLAT_TIME,
    WORDS_NEEDED,
    DecayPolicy,
)
from featherchat.recall.finding import FLOORS, HEAD


def setting() -> str:
    """Every parameter that decides a ranking."""
    weights, embedder = FusionWeights(), LocalEmbedder.identity
    return (
        f"setting embedder={embedder} answer_threshold={embedder.answer_threshold}"
        f" words={weights.words} meaning={weights.meaning} anchors={weights.anchors}"
        f" head={HEAD} sharpness={SHARPNESS} floor={FLOORS[Fusion.WEIGHTED]}"
        f" time_weight={DecayPolicy().time_weight} flat_time={FLAT_TIME}"
        f" flat_exponent={FLAT_EXPONENT} change_time={CHANGE_TIME}"
        f" change_half_life={CHANGE_HALF_LIFE} coverage_worth={COVERAGE_WORTH}"
        f" words_needed={WORDS_NEEDED} chance={CHANCE}"
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    arguments = parser.parse_args(argv)
    started = time.perf_counter()
    print(setting())
    print("question -> record")
    questions.show_all(questions.measure_all(arguments.data, questions.usual(arguments.cache)))
    print("commit -> record")
    commits.show_all(commits.measure(arguments.data, arguments.cache))
    print("superseding above superseded")
    superseding.show(arguments.data, arguments.cache)
    print(f"seconds={time.perf_counter() - started:.0f}")


if __name__ == "__main__":
    main()
