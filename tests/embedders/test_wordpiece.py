"""Our tokenizer gives the ids of Hugging Face's, for any text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.embedders.local import MODEL_FOLDER
from featherchat.embedders.wordpiece import WordPiece

tokenizers = pytest.importorskip("tokenizers")

OURS = WordPiece.from_file(MODEL_FOLDER / "tokenizer.json")
THEIRS = tokenizers.Tokenizer.from_file(str(MODEL_FOLDER / "tokenizer.json"))
THEIRS.encode_special_tokens = True  # "[SEP]" in a text is text
THEIRS.enable_truncation(512)

REAL = [
    "We chose usearch over FAISS; see src/store/vectors.py#L12 (HNSW, M=16).",
    "def half_life(age: float, *, days=30.0) -> float:  # 0.5 ** (age / days)",
    "Straße, naïve café, Ελληνικά: ΣΊΣΥΦΟΣ, İstanbul, Ångström, ﬁne",
    "Привет, мир! שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดี",
    "漢字かな交じり文、カタカナ。안녕하세요 세계 你好，世界！",
    "👩‍💻 ❤️ ⚠️ ½ ² № ™ … — “quotes” ‹› ≠ ; ` \u1fef",
    "[CLS] [SEP] [MASK] [UNK] [PAD] ##ing",
    "tab\tline\nreturn\r null\0 bell\x07 nbsp\u00a0 nel\x85 zero\u200bwidth bom\ufeff \ufffd ls\u2028",
    "a" * 100 + " " + "a" * 101 + " " + "e\u0301" * 120,
    "",
    "   ",
    "x " * 600,
]  # fmt: skip


@pytest.mark.parametrize("text", REAL)
def test_real_text_has_the_same_ids(text: str) -> None:
    assert OURS.encode(text) == THEIRS.encode(text).ids


def settled(character: str) -> bool:
    """Has it meant the same since Unicode 3.2? Later ones differ with a library's tables."""
    return unicodedata.ucd_3_2_0.category(character) == unicodedata.category(character)


@settings(max_examples=500)
@given(st.text(st.characters(exclude_categories=["Cs"]).filter(settled), max_size=40))
def test_any_text_has_the_same_ids(text: str) -> None:
    assert OURS.encode(text) == THEIRS.encode(text).ids


@given(st.lists(st.sampled_from([*REAL, "un", "##", "Über", ".", " ", "-", "東"]), max_size=8))
def test_any_mixture_has_the_same_ids(parts: list[str]) -> None:
    text = "".join(parts)

    assert OURS.encode(text) == THEIRS.encode(text).ids


def test_ids_never_exceed_the_limit_and_end_with_the_end_mark() -> None:
    ids = OURS.encode("word " * 100, limit=10)

    assert ids == [101, *[2773] * 8, 102]


def test_a_lone_surrogate_is_skipped() -> None:
    assert OURS.encode("a\ud800b") == OURS.encode("ab")
