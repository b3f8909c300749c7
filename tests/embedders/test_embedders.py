"""What every embedder promises, and how one is found by its name."""

import subprocess
import sys

import numpy as np
import pytest

from featherchat.embedders.base import Embedder, Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.opening import open_embedder
from featherchat.errors import ConfigError


@pytest.fixture(params=["local", "hash"], scope="module")
def embedder(request: pytest.FixtureRequest) -> Embedder:
    """Each embedder that must keep the promises of ``Embedder``."""
    found = open_embedder(request.param)
    assert found is not None
    return found


TEXTS = [
    "We chose usearch over FAISS.",
    "",
    "x",
    "Ein Satz, 漢字 und 👩‍💻.",
    "word " * 2_000,
    "\0\ud800",
]


def test_a_text_embeds_the_same_alone_and_in_a_batch(embedder: Embedder) -> None:
    alone = embedder.embed(["We chose usearch over FAISS."], Purpose.DOCUMENT)

    batch = embedder.embed(["Other.", "We chose usearch over FAISS.", *TEXTS], Purpose.DOCUMENT)

    assert batch[1] == pytest.approx(alone[0], abs=1e-6)


def test_each_row_is_a_unit_vector(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS, Purpose.QUERY)

    assert rows.shape == (len(TEXTS), embedder.identity.dimensions)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_no_text_has_no_row(embedder: Embedder) -> None:
    assert embedder.embed([], Purpose.DOCUMENT).shape == (0, embedder.identity.dimensions)


def test_a_text_is_nearer_to_a_question_about_it_than_another_text(embedder: Embedder) -> None:
    question = embedder.embed(["Which vector index did we choose?"], Purpose.QUERY)

    documents = embedder.embed(
        ["We chose usearch as the vector index.", "Lunch is at noon on Fridays."], Purpose.DOCUMENT
    )

    first, second = documents @ question[0]
    assert first > second


def test_a_closed_embedder_answers_again_with_the_same_vectors(embedder: Embedder) -> None:
    before = embedder.embed(["We chose usearch."], Purpose.DOCUMENT)

    embedder.close()

    assert np.array_equal(embedder.embed(["We chose usearch."], Purpose.DOCUMENT), before)


def test_a_hash_embedder_has_the_dimensions_it_is_given() -> None:
    assert HashEmbedder(dimensions=7).embed(["a b"], Purpose.QUERY).shape == (1, 7)


def test_texts_with_the_same_words_have_the_same_hashed_vector() -> None:
    one, other = HashEmbedder().embed(["Red, blue!", "blue RED"], Purpose.DOCUMENT)

    assert np.array_equal(one, other)


def test_none_is_no_embedder() -> None:
    assert open_embedder("none") is None


@pytest.mark.parametrize(("name", "nearest"), [("voyager", "voyage"), ("lokal", "local")])
def test_an_unknown_name_is_refused_with_the_nearest_one(name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"nearest is '{nearest}'") as caught:
        open_embedder(name)

    assert "local, voyage, hash, none" in caught.value.hint


def test_opening_an_embedder_imports_no_heavy_library() -> None:
    script = """
import sys
from featherchat.embedders.opening import open_embedder
for name in ("local", "voyage", "hash"):
    open_embedder(name)
assert not {"numpy", "onnxruntime", "voyageai", "requests", "asyncio"} & set(sys.modules)
"""

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
