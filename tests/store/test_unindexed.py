"""What waits for the index of words is found as if all of it had been analyzed."""

from hypothesis import given
from hypothesis import strategies as st

from featherchat.store.analysis import analyze_question
from featherchat.store.unindexed import Waiting
from featherchat.store.words import Entry, Fields, WordIndex, fields_of, terms_by_field

MANY = 250
"""More than are analyzed for one question."""

PIECES = [
    "retry",
    "HttpServer",
    "http_server",
    "ADR-12",
    "adr no. 0012",
    "E404",
    "größe",
    "ΟΔΟΣ",
    "İstanbul",
    "src/app/main.py",
    "数据库连接",
    "x" * 80,
    "pool2pool",
    "１２",
]

texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), min_size=1, max_size=4
).map(" ".join)


def an_entry(seq: int, text: str, kind: str = "decision", path: str = "") -> Entry:
    return Entry(seq, kind, "", text, (path,) if path else ())


def filler(count: int) -> list[Entry]:
    return [an_entry(1_000 + number, f"nothing {number}") for number in range(count)]


def shares_a_term(fields: Fields, question: str) -> bool:
    asked = terms_by_field(analyze_question(question))
    return any(set(fields[field]) & set(terms) for field, terms in asked.items())


@given(st.lists(st.tuples(texts, st.sampled_from(["decision", "conversation"])), max_size=8), texts)
def test_whatever_has_a_term_of_the_question_is_looked_at(
    said: list[tuple[str, str]], question: str
) -> None:
    entries = [an_entry(seq, text, kind) for seq, (text, kind) in enumerate(said)]
    waiting = Waiting(0, 1, [(each, True) for each in (*entries, *filler(MANY))])

    found = waiting.asked(analyze_question(question), WordIndex(None))

    meant = {each.seq for each in entries if shares_a_term(fields_of(each), question)}
    assert found is None or meant <= found.living.keys()


@given(st.sampled_from(["docs/adr/0012-use-pools.md", "src/app/main.py", "decisions/12-x.md"]))
def test_what_is_about_a_path_is_looked_at(path: str) -> None:
    entries = [an_entry(1, "said elsewhere", path=path), *filler(MANY)]

    found = Waiting(0, 1, [(each, True) for each in entries]).asked(
        analyze_question(f"what about ADR-12 and {path}?"), WordIndex(None)
    )

    assert found is not None
    assert 1 in found.living


def test_few_are_all_analyzed() -> None:
    entries = filler(3)

    found = Waiting(0, 1, [(each, True) for each in entries]).asked(
        analyze_question("something else"), WordIndex(None)
    )

    assert found is not None
    assert found.living == {each.seq: fields_of(each) for each in entries}


def test_a_word_that_all_have_is_passed_over() -> None:
    entries = [an_entry(number, f"mark{number} and words") for number in range(3_000)]

    found = Waiting(0, 1, [(each, True) for each in entries]).asked(
        analyze_question("mark2999"), WordIndex(None)
    )

    assert found is not None
    assert found.living.keys() == {2999}
    assert found.passed == {"mark"}
    assert found.count == 3_000


def test_a_word_that_many_have_is_left_to_the_index() -> None:
    entries = [an_entry(number, "often" if number % 2 else "rare") for number in range(3_000)]

    found = Waiting(0, 1, [(each, True) for each in entries]).asked(
        analyze_question("often"), WordIndex(None)
    )

    assert found is None


def test_a_part_of_a_word_that_all_have_is_not_taken_for_it() -> None:
    texts = [f"brown {number}" for number in range(3_000)]
    entries = [an_entry(number, text) for number, text in enumerate([*texts, "a row"])]

    found = Waiting(0, 1, [(each, True) for each in entries]).asked(
        analyze_question("row"), WordIndex(None)
    )

    assert found is None


def test_what_is_gone_is_out_of_date_and_not_looked_at() -> None:
    changes = [(each, each.seq % 2 == 0) for each in filler(10)]

    found = Waiting(0, 1, changes).asked(analyze_question("nothing"), WordIndex(None))

    assert found is not None
    assert found.changed == {each.seq for each, _ in changes}
    assert found.count == 5
    assert all(seq % 2 == 0 for seq in found.living)
