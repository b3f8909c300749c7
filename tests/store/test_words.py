from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.memory import Kind
from featherchat.store.analysis import analyze_question
from featherchat.store.unindexed import Unindexed, scores_of
from featherchat.store.words import (
    Entry,
    WordIndex,
    bm25,
    fields_of,
    inverse_frequency,
)

D = Kind.DECISION

ENTRIES = [
    Entry(1, D, "usearch over FAISS", "We chose usearch as it is small.", ("docs/adr/0001.md",)),
    Entry(2, D, "Retries", "The retry loop deadlocked in HttpServer.", ("src/http/retry.py",)),
    Entry(3, D, "Deployment", "Deployments go out on Tuesdays, says ADR-7.", ("docs/deploy.md",)),
]


def ranked(index: WordIndex, question: str) -> list[int]:
    return list(index.search(analyze_question(question), 10))


@pytest.fixture
def index(tmp_path: Path) -> WordIndex:
    filled = WordIndex(tmp_path / "words")
    filled.update(ENTRIES, [], revision=4)
    return filled


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("why usearch", 1),
        ("http_server", 2),
        ("HttpServer", 2),
        ("ADR 7", 3),
        ("docs/deploy.md", 3),
    ],
)
def test_words_names_and_paths_find_their_memory(
    index: WordIndex, question: str, first: int
) -> None:
    assert ranked(index, question)[0] == first


def test_a_word_that_everything_has_tells_nothing_unless_it_is_all_that_is_asked() -> None:
    index = WordIndex(None)
    entries = [Entry(n, D, "", f"Common {'rare' if n == 7 else 'words'}.", ()) for n in range(600)]
    index.update(entries, [], revision=1)

    together = index.search(analyze_question("common rare"), 600)
    alone = index.search(analyze_question("common"), 600)

    assert list(together) == [7]
    assert len(alone) == 600


@pytest.mark.parametrize("question", ["", "?!", "title:usearch OR *", '"usearch', "(usearch"])
def test_nothing_in_a_question_is_query_syntax(index: WordIndex, question: str) -> None:
    assert set(ranked(index, question)) <= {1}


def test_an_index_is_read_again_with_its_revision(tmp_path: Path, index: WordIndex) -> None:
    opened = WordIndex(tmp_path / "words")

    assert opened.revision == 4
    assert opened.size == 3
    assert ranked(opened, "usearch") == [1]


def test_an_entry_that_is_given_again_replaces_the_old_one(index: WordIndex) -> None:
    index.update([Entry(1, D, "FAISS", "We chose FAISS after all.", ("docs/adr/0001.md",))], [2], 5)

    assert ranked(index, "usearch") == []
    assert ranked(index, "retry") == []
    assert index.size == 2


@pytest.mark.parametrize("harm", ["flipped", "cut", "gone", "manifest"])
def test_an_index_that_was_harmed_is_not_opened(
    tmp_path: Path, index: WordIndex, harm: str
) -> None:
    folder = tmp_path / "words"
    victim = max(folder.glob("*.idx"), key=lambda file: file.stat().st_size)
    content = victim.read_bytes()
    if harm == "flipped":
        victim.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    elif harm == "cut":
        victim.write_bytes(content[:-1])
    elif harm == "gone":
        victim.unlink()
    else:
        (folder / "featherchat.json").write_text('{"format": 1}')

    opened = WordIndex(folder)

    assert opened.revision == 0
    assert opened.size == 0


@pytest.mark.parametrize("at", ["words.lock", "words"])
def test_an_index_that_has_no_place_is_made_in_memory(tmp_path: Path, at: str) -> None:
    (tmp_path / at).symlink_to(tmp_path / "absent" / "gone")

    index = WordIndex(tmp_path / "words")

    for _ in range(2):
        # Where the disk failed the first time, all of it is asked for again.
        index.update(ENTRIES, [], revision=4)
    assert ranked(index, "why usearch") == [1]


def test_what_is_not_indexed_yet_is_scored_by_the_same_formula(tmp_path: Path) -> None:
    question = analyze_question("usearch retry tuesdays")
    indexed = WordIndex(None)
    indexed.update(ENTRIES, [], revision=1)

    fields = {entry.seq: fields_of(entry) for entry in ENTRIES}
    fresh = scores_of(Unindexed(fields, count=len(fields)), question, WordIndex(None))

    by_index = indexed.search(question, 10)
    assert sorted(fresh, key=lambda seq: -fresh[seq]) == list(by_index)
    assert fresh == pytest.approx(by_index, rel=0.05)


def test_bm25_of_a_term_is_what_the_formula_says() -> None:
    assert bm25(1, 1.0, frequency=1, total=1) == pytest.approx(0.2876820724)
    assert bm25(2, 1.0, frequency=1, total=10) == pytest.approx(1.992430164 * 2 * 2.2 / 3.2)


@given(
    count=st.integers(1, 100),
    length=st.floats(0.01, 100.0),
    frequency=st.integers(0, 1_000),
    total=st.integers(1, 1_000),
)
def test_a_term_that_is_there_counts_and_more_often_counts_more(
    count: int, length: float, frequency: int, total: int
) -> None:
    once = bm25(count, length, frequency, total)

    assert 0.0 < once <= bm25(count + 1, length, frequency, total)
    assert once <= 2.2 * inverse_frequency(frequency, total)


CODES = ["E1234", "0x80070005", "ORA-00942", "SIGSEGV", "ECONNREFUSED", "HTTP 404", "CVE-2026-1234"]


@pytest.mark.parametrize("code", CODES)
def test_an_error_code_finds_the_memory_that_has_just_that_code(code: str) -> None:
    index = WordIndex(None)
    others = ["E1235", "0x80070006", "ORA-00943", "SIGTERM", "ECONNRESET", "HTTP 403", "CVE-2026-9"]
    texts = [*(f"It failed with {each} at last." for each in (*others, *CODES))]
    index.update([Entry(n, D, "", text, ()) for n, text in enumerate(texts)], [], 1)

    assert texts[ranked(index, f"what does {code} mean")[0]] == f"It failed with {code} at last."


@pytest.mark.parametrize(
    "spelling",
    ["ADR-7", "adr 7", "ADR-0007", "adr_0007", "ADR #7", "ADR 7.", "ADR no. 7", "ADR number 7"],
)
@pytest.mark.parametrize(
    "stored",
    [
        Entry(1, D, "ADR-7 Deploy on Tuesdays", "", ()),
        Entry(1, D, "", "This is what adr_0007 said.", ()),
        Entry(1, D, "", "", ("docs/adr/0007-deploy.md",)),
        Entry(1, D, "", "", ("docs/decisions/0007-deploy.md",)),
    ],
)
def test_a_record_is_found_by_its_number_in_every_spelling(spelling: str, stored: Entry) -> None:
    index = WordIndex(None)
    others = [
        Entry(n, D, f"ADR-{n} Other", "7 of 70", (f"docs/adr/{n}.md",)) for n in range(70, 79)
    ]
    index.update([stored, *others], [], 1)

    assert ranked(index, f"why {spelling}")[0] == 1


@pytest.mark.parametrize(
    "question", ["src/http/retry.py", "retry.py", "http/retry.py", "src/http", "SRC/HTTP/Retry.py"]
)
def test_a_path_is_found_whole_and_by_its_parts(index: WordIndex, question: str) -> None:
    asked = analyze_question(f"what about {question}?")

    assert index.about(asked.paths, 10) == [2]


def test_a_plain_word_names_no_path(index: WordIndex) -> None:
    assert index.about(analyze_question("what is in src, or http?").paths, 10) == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.DEBUGGING, True),
        (Kind.CONVERSATION, True),
        (Kind.DECISION, False),
        (Kind.CODE_CHANGE, False),
    ],
)
def test_what_was_said_is_found_by_stems_and_what_was_decided_by_words(
    kind: str, found: bool
) -> None:
    index = WordIndex(None)
    index.update([Entry(1, kind, "", "The pools deadlocked.", ())], [], 1)

    assert bool(ranked(index, "deadlocking pool")) is found
    assert ranked(index, "pools deadlocked") == [1]


def test_what_a_memory_covers_of_a_question_counts_each_term_once() -> None:
    index = WordIndex(None)
    index.update(
        [
            Entry(1, D, "pools", "pools and more pools", ()),
            Entry(2, Kind.DEBUGGING, "", "a pool that deadlocked", ()),
            Entry(3, D, "", "neither of them", ()),
        ],
        [],
        1,
    )

    covered = index.covered([1, 2, 3], {("pools", "~pool"): 2.0, ("deadlocks", "~deadlock"): 1.0})

    assert covered == pytest.approx({1: 2.0, 2: 3.0, 3: 0.0})
