import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.store.analysis import analyze, analyze_question


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("HttpServer", ("http", "server", "httpserver")),
        ("PostgreSQL", ("postgre", "sql", "postgresql")),
        ("http_server", ("http", "server")),
        ("HTTPServer2", ("http", "server", "2", "httpserver2")),
        ("src/pool.py", ("src", "pool", "py")),
        ("self._retry_count", ("self", "retry", "count")),
        ("utf-8", ("utf", "8")),
        ("naïve Café", ("naive", "cafe")),
    ],
)
def test_identifiers_are_split_where_their_words_meet(text: str, words: tuple[str, ...]) -> None:
    assert analyze(text).words == words


@pytest.mark.parametrize("name", ["HttpServer", "http_server", "src/pool.py", "a.b.c"])
def test_an_identifier_is_also_kept_whole(name: str) -> None:
    assert analyze(f"see {name} there").names == (name.lower(),)


def test_a_plain_word_is_no_name() -> None:
    assert analyze("the pool is full").names == ()


@pytest.mark.parametrize("written", ["ADR-12", "ADR 12", "adr_0012", "ADR #12", "Adr-0012"])
def test_a_reference_to_a_record_has_one_form_however_it_is_written(written: str) -> None:
    assert "adr-12" in analyze(f"as {written} says").names


def test_ideographs_become_overlapping_pairs() -> None:
    assert analyze("東京都").words == ("東京", "京都")


def test_a_question_loses_its_stop_words_and_repeats() -> None:
    question = analyze_question("Why do we use the pool, the pool?")

    assert question.words == ("use", "pool")


def test_a_question_of_stop_words_alone_keeps_them() -> None:
    assert analyze_question("why not").words == ("why", "not")


@given(st.text())
def test_terms_are_short_lower_case_and_found_again_by_themselves(text: str) -> None:
    for word in analyze(text).words:
        assert 0 < len(word) <= 64
        assert not any(sign.isspace() for sign in word)
        assert word in analyze(word).words or not word.isascii()


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_what_is_asked_is_analyzed_as_what_is_stored(text: str) -> None:
    stored = analyze(text)

    asked = analyze_question(text)

    assert set(asked.words) <= set(stored.words)
    assert asked.names == tuple(dict.fromkeys(stored.names))
