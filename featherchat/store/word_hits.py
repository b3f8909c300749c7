"""Which memories the words of a question find: those of the index, and what it does not hold yet."""

from collections.abc import Callable, Collection, Sequence

from featherchat.store.analysis import Asked, forms_of
from featherchat.store.unindexed import Unindexed, scores_of
from featherchat.store.words import Telling, WordIndex, inverse_frequency

MOST_WORDS = 200
"""The rarest words of a question that are asked for: the longest question measured has 125."""


_OUTDATED = 200
"""So many of the index's hits may be out of date before more are looked at."""


def best_words(
    question: Asked,
    index: WordIndex,
    fresh: Unindexed,
    k: int,
    admit: Callable[[Sequence[int]], Collection[int]],
) -> dict[int, float]:
    """The best ``k`` of those that ``admit`` picks: more are looked at until there are as many."""
    extra = scores_of(fresh, question, index) if fresh.living else {}
    limit = k + k // 4 + min(len(fresh.changed), _OUTDATED)
    while True:
        scores = index.search(question, limit)
        exhausted = len(scores) < limit
        scores = {seq: score for seq, score in scores.items() if seq not in fresh.changed}
        merged = sorted({**scores, **extra}.items(), key=lambda hit: (-hit[1], hit[0]))
        admitted = admit([seq for seq, _ in merged])
        found = [(seq, score) for seq, score in merged if seq in admitted]
        if len(found) >= k or exhausted:
            return dict(found[:k])
        limit *= 4


def telling_of(question: Asked, index: WordIndex) -> tuple[Asked, Telling]:
    """The question with the rarest of its words, and how telling each is, by its forms."""
    total = max(index.size, 1)
    forms = forms_of(question)
    found: Telling = {
        each: inverse_frequency(
            max(
                sum(index.document_frequency(field, form) for form in each)
                for field in ("text", "title", "identifiers")
            ),
            total,
        )
        for each in forms
    }
    if len(forms) <= MOST_WORDS:
        return question, found
    rarest = sorted(forms, key=lambda each: -found[each])[:MOST_WORDS]
    words, stems = tuple(each[0] for each in rarest), tuple(each[1] for each in rarest)
    names, paths = question.names[:MOST_WORDS], question.paths[:MOST_WORDS]
    return Asked(words, stems, names, paths), {each: found[each] for each in rarest}


def coverage_of(
    seqs: Sequence[int], telling: Telling, index: WordIndex, fresh: Unindexed
) -> dict[int, float]:
    """The share of the question's idf that each memory has, in title or text."""
    whole = sum(telling.values())
    if not whole:
        return {}
    indexed = [seq for seq in seqs if seq not in fresh.living]
    covered = index.covered(indexed, telling)
    for seq in fresh.living.keys() & set(seqs):
        of_it = fresh.living[seq]
        terms = {*of_it["title"], *of_it["text"], *of_it["identifiers"]}
        covered[seq] = sum(worth for forms, worth in telling.items() if terms.intersection(forms))
    return {seq: min(worth / whole, 1.0) for seq, worth in covered.items()}
