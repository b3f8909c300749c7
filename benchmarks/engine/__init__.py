"""How does the memory engine stand beside Feather DB, on the same data?

    python -m benchmarks.engine [--sizes 10000 100000] [--data DIR] [--large] [--quick] [--only NAME]

featherchat and feather-db (extra ``peers``) get the same vectors, texts, ages (0 to 720 days),
recall counts (0 to 50) and weights (0.3 to 1.0), each in child processes of its own on one core,
in turn. The truth is brute force in float64: each one's own formula over its own stored vectors.
A recall of 1.000 means that every one of the true ten was found, at every question. Neither
counts recalls while it is asked.

Data: ``clustered`` (unit vectors around centers, with a decaying spectrum), ``isotropic`` (the
hard case: no neighborhoods at all), and with ``--data DIR`` the paragraphs of the decision
records there through the local embedder. Prints one line a figure, with the ratio to the peer
and the target where there is one. ``quick`` is ours with ``exact=False``, and the peer asked for
as many neighbors as it needs to find 99 % of its own true ten. Vectors are made up, so how well recall answers people's
questions is not measured here; see ``benchmarks.questions``.

On two busy cores (clustered, ours to the peer's): adaptive search at 10,000 2.4 times where a
question's answer was not read before and 1.6 where it was, at 100,000 2.3 times; nearest 1.5 and about
1 times; a batch 5 and 12 times as many a second; open to the first answer .05 and .014 times; private
memory .44 and .12 times.
"""
