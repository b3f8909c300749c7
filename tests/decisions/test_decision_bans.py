"""What a record rules out, and what it only talks about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import Decision, Option
from featherchat.decisions.bans import What, bans_of, endorsed
from featherchat.decisions.package_names import package_names
from featherchat.decisions.rulings import Act, ruling_of, sentences


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("We use httpx, not requests.", ("requests",)),
        ("Use httpx instead of requests for all HTTP calls.", ("requests",)),
        ("Code must not use requests or urllib3.", ("requests", "urllib3")),
        ("We will use PostgreSQL rather than MongoDB because it is relational.", ("MongoDB",)),
        ("We no longer use Celery.", ("Celery",)),
        ("We should avoid using jQuery.", ("jQuery",)),
        ("We use the standard server and do not use gin or echo.", ("gin", "echo")),
        ("requests and urllib3 are forbidden.", ("requests", "urllib3")),
        ("`moment` must not be used anymore.", ("`moment`",)),
    ],
)
def test_a_plain_sentence_forbids_what_it_names(sentence: str, names: tuple[str, ...]) -> None:
    ruling = ruling_of(sentence)

    assert ruling is not None
    assert (ruling.act, ruling.names) == (Act.USE, names)


@pytest.mark.parametrize(
    "sentence",
    [
        "The reader never uses Redis.",
        "Must not use requests unless the answer is streamed.",
        "Do not use float for money.",
        "We do not use any of the third party libraries that were proposed.",
        "By default we do not use gzip.",
        "Did we never use Redis?",
        "Correctness never depends on deterministic output bytes.",
        "We considered using Redis.",
        f"We do not use Redis{' very much' * 60}.",
    ],
)
def test_a_condition_a_description_or_a_question_forbids_nothing(sentence: str) -> None:
    assert ruling_of(sentence) is None


def test_a_sentence_says_where_it_holds() -> None:
    layered = ruling_of("`src/domain` must not import `src/infra`.")
    only = ruling_of("Only `src/db` may import `sqlalchemy`.")
    within = ruling_of("Never import `app.legacy` from `app/core`.")

    assert layered is not None and layered.scope == ("src/domain",)
    assert only is not None and (only.names, only.spared) == (("`sqlalchemy`",), ("src/db",))
    assert within is not None and within.scope == ("app/core",)


def test_paths_are_closed_for_new_files_or_for_any_change() -> None:
    closed, frozen = ruling_of("No new code in `src/legacy`."), ruling_of("`api/v1` is frozen.")

    assert closed is not None and (closed.act, closed.names) == (Act.ADD_FILES, ("src/legacy",))
    assert frozen is not None and (frozen.act, frozen.names) == (Act.EDIT, ("api/v1",))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Use httpx instead of requests", "requests"),
        ("PostgreSQL over MongoDB", "MongoDB"),
        ("Replace Celery with Dramatiq", "Celery"),
        ("Migrate from Moment.js to date-fns", "Moment.js"),
        ("Stop using gevent", "gevent"),
    ],
)
def test_a_title_rules_out_what_it_leaves_behind(title: str, name: str) -> None:
    (ban,) = bans_of(Decision(title))

    assert (ban.what, ban.name, ban.sentence) == (What.PACKAGE, name, title)


def test_a_rejected_option_that_is_a_name_is_ruled_out_unless_the_decision_uses_it() -> None:
    options = (
        Option("PostgreSQL", chosen=True),
        Option("Use the MongoDB driver", reason="No joins."),
        Option("`lmdb`", reason="One writer."),
        Option("Keep everything as it is", reason="Slow."),
        Option("Redis", reason="Not durable."),
    )

    bans = bans_of(Decision("Where orders live", options=options, outcome="`redis` caches them."))

    assert [(ban.what, ban.name) for ban in bans] == [
        (What.OPTION, "MongoDB"),
        (What.OPTION, "lmdb"),
    ]
    assert bans[0].sentence == "Rejected: Use the MongoDB driver. No joins."


def test_a_ban_holds_where_the_decision_governs() -> None:
    decision = Decision(
        "HTTP", outcome="Use httpx, not requests.", governs=("src/api", "src/x.py#Client")
    )

    assert bans_of(decision)[0].scope == ("src/api", "src/x.py")


def test_what_a_decision_is_for_is_known_by_its_packages() -> None:
    words = endorsed(Decision("Use PostgreSQL, not MongoDB", outcome="Client requests are queued."))

    assert {"postgresql", "psycopg"} <= words
    assert not words & {"pymongo", "mongodb", "requests"}


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("Next.js", "next"),
        ("Redis", "ioredis"),
        ("SQL Alchemy", "sqlalchemy"),
        ("socket.io", "socket.io"),
        ("scikit-learn", "sklearn"),
        ("Postgres", "asyncpg"),
    ],
)
def test_a_thing_is_known_by_the_names_of_its_packages(name: str, package: str) -> None:
    assert package in package_names(name)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    decision = Decision(text[:80], outcome=text, options=(Option(text[:50], reason="x"),))

    for ban in bans_of(decision):
        assert ban.name.strip()
    for sentence in sentences(text):
        assert len(sentence.splitlines()) == 1
