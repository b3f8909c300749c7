"""What a person says outright is found; a question, a word or code is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.capture.statements import MAX_CHARACTERS, explicit_statements

PIECES = [
    "ok so",
    "We decided to use Helm here.",
    "That's settled!",
    'He said "never again".',
    "It crashed because the id was null.",
    "Adding a default fixed it.",
    "Wrapped it in a lock.",
    "(we never log bodies.)",
    "\n- Always run the linter.\n",
    "Why?",
]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We decided to use PostgreSQL because orders need transactions.", "decision"),
        ("Let's go with usearch for the index.", "decision"),
        ("We no longer support Python 3.10 here.", "decision"),
        ("Decision: deploy with Helm charts only.", "decision"),
        ("I prefer small functions with plain names.", "preference"),
        ("Please never use emojis in commits.", "preference"),
        ("Always run the linter before a commit.", "convention"),
        ("From now on tests live beside the code.", "convention"),
        ("from today on no deploys on fridays", "convention"),
        ("Our convention is snake case for columns.", "convention"),
        ("We tried Redis, but it lost sessions.", "dead_end"),
        ("We tried SQLite for the ledger but it locked under two writers.", "dead_end"),
        ("The root cause was a missing index on orders.", "bug_fix"),
        ("The export failed. The root cause was an unclosed cursor.", "bug_fix"),
        ("The export hung. The root cause was a cursor; I fixed it by closing it.", "bug_fix"),
        ("We decided on the hexagonal architecture.", "decision"),
        ("Remember that the staging host is called heron.", "conversation"),
        ("For the record: the licence server is called wren.", "conversation"),
        ("ok so we went with Kong as the gateway in the end", "decision"),
        ("hm, MapLibre it is.", "decision"),
        ("We changed our mind on queues: NATS instead of RabbitMQ.", "decision"),
        ("Keep the pages cached at the edge. That's settled.", "decision"),
        ("We ruled out DynamoDB, the queries are relational.", "decision"),
        ("agreed: one schema per tenant, no shared tables", "decision"),
        ("We've decided against feature flags because nobody removes them.", "decision"),
        ("going with Kustomize, Helm is too much for four services", "decision"),
        ("The app is Flutter, that's settled, Janne knows it", "decision"),
        ("We switched to uint64 milliseconds instead of seconds.", "decision"),
        ("we don't use default exports", "convention"),
        ("Default exports are forbidden in src/.", "convention"),
        ("No malloc after init. I'll reject it in review from now on.", "convention"),
        ("please don't explain the basics to me", "preference"),
        (
            "The reset came since the counter wraps. Compared the difference and it's been fine.",
            "bug_fix",
        ),
        ("stop adding docstrings to every test", "preference"),
        ("from now on answer me in english", "preference"),
        ("I'd prefer tabs over spaces in makefiles", "preference"),
        ("every endpoint must have a rate limit", "convention"),
        ("We never log request bodies.", "convention"),
        ("gave up? no: we gave up on SSE, the proxy buffers it", "dead_end"),
        ("Batch inserts through the ORM turned out way too slow.", "dead_end"),
        (
            "We tried protobuf for the events. That failed because the firmware can't parse it.",
            "dead_end",
        ),
        ("It crashed because the id was null, a default on the column fixed it.", "bug_fix"),
    ],
)
def test_a_statement_is_found_with_its_kind(text: str, kind: str) -> None:
    (found,) = explicit_statements(text)

    assert found.kind == kind


def test_a_cause_is_told_with_what_broke() -> None:
    (found,) = explicit_statements("Hm. The export failed! The root cause was an open cursor.")

    assert found.text == found.quote == "The export failed! The root cause was an open cursor."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Should we use PostgreSQL?",
        "Did we decide to use PostgreSQL?",
        "What is the architecture of this project?",
        "Explain the decision about caching.",
        "We decided.",
        "We decided on the architecture",
        "Yesterday we agreed on a new approach.",
        "We decided to " + "x" * MAX_CHARACTERS,
        "```\n# We decided to use tabs here\n```",
        "~~~python\n# Always run the linter twice\n~~~",
        "> We decided to use PostgreSQL for orders.",
        "maybe let's go with Kafka for the events",
        "If we decided to shard, we'd use Citus.",
        "We could use Redis for that at some point.",
        "I'll do it like that from now on, ok",
        "please don't remove the import yet",
        "we don't use it yet",
        "we haven't decided on a queue yet",
        "We still have to decide whether to keep the monolith.",
        "They decided to use Erlang for everything.",
        "at my last job we decided to rewrite it in Rust",
        'The docs say "always run migrations first".',
        "The README says we always use tabs.",
        "Alice says we should never use floats for money.",
        "let's rewrite it all in brainf*ck lol, we've decided 😂",
        "let's use a set in this function",
        "never mind, it works",
        "Never seen that error before.",
        "Always great to see green tests.",
        "don't touch the tests yet, just explain them",
        "I like that idea, do it.",
        "I prefer the second one.",
        "I always forget that flag.",
        "let's go with option 2",
        "we decided on that.",
        "we no longer get the timeout, nice",
        "I tried to run the tests but they fail on my machine.",
        "I tried it again and it works.",
        "the problem is that the login page is blank",
        "It crashed because the id was null.",
        "that's the approach we chose back then, wasn't it",
        "Three more facts frame the decision: **it truncates** silently",
        "For example, we will use the file of the day before.",
        "```\n# We decided to leave this open",
    ],
)
def test_what_states_nothing_is_left_alone(text: str) -> None:
    assert explicit_statements(text) == []


def test_each_statement_is_found_once_and_in_order() -> None:
    text = (
        "We decided to use Helm here. It works fine.\n- Always pin the chart versions.\n\n"
        "we decided to use Helm here."
    )

    assert [found.text for found in explicit_statements(text)] == [
        "We decided to use Helm here.",
        "Always pin the chart versions.",
    ]


def test_what_opens_a_sentence_is_not_remembered_with_it() -> None:
    (found,) = explicit_statements("ok so, like i said: pls never put emojis in commit messages.")

    assert found.text == "Never put emojis in commit messages."
    assert found.quote == "ok so, like i said: pls never put emojis in commit messages."


def test_a_cause_and_its_fix_are_one_statement() -> None:
    (found,) = explicit_statements(
        "Found it. The root cause was a session that was never closed. Wrapped it in a context"
        " manager. Can you add a test?"
    )

    assert found.kind == "bug_fix"
    assert found.text == (
        "The root cause was a session that was never closed. Wrapped it in a context manager."
    )


def test_entries_of_a_list_are_statements_by_themselves() -> None:
    text = "- The build was slow because of the cache\n- We fixed it by mounting a volume"

    assert explicit_statements(text) == []


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_every_quote_stands_in_what_was_typed(pieces: list[str]) -> None:
    text = " ".join(pieces)

    for found in explicit_statements(text):
        assert found.quote in " ".join(text.split())


def test_remember_that_is_not_part_of_the_statement() -> None:
    (found,) = explicit_statements("please remember that we always squash merges")

    assert found.text == "We always squash merges"


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    for found in explicit_statements(text):
        assert found.text.strip()


@pytest.mark.parametrize("unit", ["```a\n", "we tried ", "We decided. ", "~~~\n```\n", "remember "])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    text = unit * (400_000 // len(unit))

    began = time.process_time()
    explicit_statements(text)

    assert time.process_time() - began < 2.0
