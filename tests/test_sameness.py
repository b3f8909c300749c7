"""When two texts are one memory, and when they never are."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from featherchat.sameness import differ_in_substance, normalized

WORDS = st.lists(
    st.sampled_from("we use redis for every session because it keeps our state on disk".split()),
    min_size=1,
    max_size=12,
)
APART = [
    ("keep 10² rows", "keep 102 rows"),
    ("at ½ load", "at 1⁄2 load"),
    ("call getUser first", "call getuser first"),
    ("set FOO to on", "set foo to on"),
    ("import `Foo` there", "import `foo` there"),
    ("read `the Foo file`", "read `the foo file`"),
    ("Foo() makes one", "foo() makes one"),
    ("edit src/Pool.py", "edit src/pool.py"),
    ("edit Setup.py", "edit setup.py"),
    ("set MAX_SIZE", "set max_size"),
    ("needs v1.10", "needs v1.1"),
    ("returns -5", "returns 5"),
    ("returns - 5", "returns 5"),
    ("do not retry", "do retry"),
    ("we don't retry", "we do retry"),
    ("if !ready", "if ready"),
    ("call `save!`", "call `save`"),
    ("port 5432", "port 5433"),
    ("write C++", "write C"),
    ("a Maße of", "a Masse of"),
    ("version ٣", "version 3"),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_another_number_negation_or_identifier_is_another_text(one: str, other: str) -> None:
    assert normalized(one) != normalized(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Use Redis for sessions.", "use  redis for\nsessions"),
        ("The Well is deep!", "the well is deep"),
        ('He said "Always" (Once).', 'he said "always" (once)'),
        ("Don't retry!", "don't retry"),
        ("A plan; ", "a plan"),
        ("Cafe\u0301 hours", "café hours"),
        ("\u00a0Redis,\tthen\u2003Valkey", "redis, then valkey"),
    ],
)
def test_spacing_plain_capitals_and_the_final_stop_do_not_matter(one: str, other: str) -> None:
    assert normalized(one) == normalized(other)


@given(st.text())
@example("J\u030c")
@example("İ`")
@example("Σ. `Σ")
def test_a_text_stays_the_same_however_it_is_spaced_and_ended(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)
    assert normalized(f"  {text}\n. ") == normalized(text)
    assert normalized(unicodedata.normalize("NFD", text)) == normalized(text)


@given(
    WORDS, st.lists(st.sampled_from([" ", "  ", "\n", "\t"]), min_size=12, max_size=12), st.data()
)
def test_prose_is_the_same_in_any_spacing_and_title_case(
    words: list[str], gaps: list[str], data: st.DataObject
) -> None:
    capitals = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    spoken = [
        (word.capitalize() if capital else word) + gap
        for word, capital, gap in zip(words, capitals, gaps, strict=False)
    ]

    assert normalized("".join(spoken)) == " ".join(words)
    assert not differ_in_substance("".join(spoken), " ".join(words))


@given(WORDS, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 12))
def test_a_changed_number_makes_another_text(
    words: list[str], one: int, other: int, place: int
) -> None:
    assume(one != other)
    first, second = ([*words[:place], f"v{each}", *words[place:]] for each in (one, other))

    assert normalized(" ".join(first)) != normalized(" ".join(second))
    assert differ_in_substance(" ".join(first), " ".join(second))


@given(WORDS, st.sampled_from(["not", "never", "don't", "cannot"]), st.integers(0, 12))
def test_an_added_negation_makes_another_text(words: list[str], no: str, place: int) -> None:
    negated = " ".join([*words[:place], no, *words[place:]])

    assert normalized(negated) != normalized(" ".join(words))
    assert differ_in_substance(negated, " ".join(words))


@given(
    WORDS,
    st.sampled_from(["getUser", "max_size", "src/pool.py", "HTTP2", "a.b.C"]),
    st.integers(0, 12),
    st.data(),
)
def test_an_identifier_in_another_case_makes_another_text(
    words: list[str], name: str, place: int, data: st.DataObject
) -> None:
    letters = [number for number, sign in enumerate(name) if sign.isalpha()]
    at = data.draw(st.sampled_from(letters))
    other = name[:at] + name[at].swapcase() + name[at + 1 :]
    texts = [" ".join([*words[:place], each, *words[place:]]) for each in (name, other)]

    assert normalized(texts[0]) != normalized(texts[1])
    assert differ_in_substance(*texts)


@given(st.text(), st.text())
@example("`foo` is on", "foo is on")
def test_a_difference_in_substance_has_no_direction(one: str, other: str) -> None:
    assert differ_in_substance(one, other) == differ_in_substance(other, one)
    assert not differ_in_substance(one, one)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Use Python 3.11 here.", "Here we use Python 3.11.", False),
        ("Use Python 3.11 here.", "Use Python 3.12 here.", True),
        ("Retry three times.", "Retry five times.", True),
        ("Never mock the database.", "Do not mock the database.", False),
        ("Mock the database.", "Do not mock the database.", True),
        ("A non-blocking read.", "A blocking read.", True),
        ("`redis` keeps sessions", "Redis keeps the sessions.", False),
        ("`redis` keeps sessions", "`valkey` keeps sessions", True),
        ("Call getUser() first.", "First call getUser().", False),
        ("Call getUser() first.", "First call fetchUser().", True),
        ("Call `save!` first.", "Call `save` first.", True),
        ("Pass *args on.", "Pass args on.", True),
        ("Wait 5, then -1.", "Wait 5, then 1.", True),
    ],
)
def test_what_keeps_alike_texts_apart(one: str, other: str, differ: bool) -> None:
    assert differ_in_substance(one, other) is differ


def test_a_long_hostile_text_takes_no_longer_than_a_plain_one() -> None:
    assert normalized("a'" * 10_000 + "0") == "a'" * 10_000 + "0"
    assert normalized("('" * 10_000) == "('" * 10_000
