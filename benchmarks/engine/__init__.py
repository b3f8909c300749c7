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

On two busy cores (clustered, ours to the peer's): adaptive search 3.5 times at 10,000 and 7 times at
100,000, with ``exact=False`` 4 times; nearest 3 and 1.5 times; a batch 5 and 12 times as many a
second; open to the first answer .05 and .014 times; private memory .27 and .05 times.
"""
