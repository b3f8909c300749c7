"""How does the memory engine stand beside Feather DB, on the same data?

    python -m benchmarks.engine [--sizes 10000 100000] [--data DIR] [--large] [--quick] [--only NAME]
                                [--rounds 1] [--cache DIR]

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

With ``--cache DIR`` the peer's file is built once and kept; that of ``--large`` takes ten minutes and
more, gives way to everything else and is not compared by its speed. One round of 100,000 takes five
minutes of one core without that build.

On a quiet core (clustered, ours to the peer's): adaptive search at 10,000 1.4 times, at 100,000 2.9 times;
nearest 1.0 and .5 times; a batch 11 and 14 times as many a second; open to the first answer .07 and .03
times; private memory .4 and .16 times. What is left to do after a batch is ``optimize_s``.
"""
