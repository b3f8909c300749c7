"""The embedded model: checked, quiet, and the vectors that were measured."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from featherchat.embedders.base import Purpose
from featherchat.embedders.local import MODEL_FOLDER, LocalEmbedder
from featherchat.errors import EmbedderError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model that a test may damage."""
    for name in ("model_quantized.onnx", "tokenizer.json"):
        shutil.copy(MODEL_FOLDER / name, tmp_path)
    return tmp_path


def test_a_question_is_embedded_with_its_prefix_and_a_document_without() -> None:
    embedder = LocalEmbedder()
    prefixed = "Represent this sentence for searching relevant passages: Why usearch?"

    question = embedder.embed(["Why usearch?"], Purpose.QUERY)

    assert np.array_equal(question, embedder.embed([prefixed], Purpose.DOCUMENT))
    assert not np.allclose(question, embedder.embed(["Why usearch?"], Purpose.DOCUMENT))


def test_two_threads_give_the_vectors_of_one() -> None:
    texts = ["We chose usearch over FAISS because it is small."]

    one = LocalEmbedder(threads=1).embed(texts, Purpose.DOCUMENT)
    two = LocalEmbedder(threads=2).embed(texts, Purpose.DOCUMENT)

    assert two == pytest.approx(one, abs=1e-5)


def test_what_stands_behind_512_tokens_does_not_count() -> None:
    embedder = LocalEmbedder()

    short, long = embedder.embed(["why " * 510, "why " * 510 + "usearch"], Purpose.DOCUMENT)

    assert np.array_equal(short, long)


@pytest.mark.parametrize("name", ["model_quantized.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(EmbedderError, match=f"{name} is damaged") as caught:
        LocalEmbedder(folder=folder).embed(["x"], Purpose.DOCUMENT)

    assert caught.value.hint.startswith("Install featherchat again")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()

    with pytest.raises(EmbedderError, match=r"tokenizer\.json cannot be read"):
        LocalEmbedder(folder=folder).embed(["x"], Purpose.DOCUMENT)


def test_nothing_is_written_to_the_terminal() -> None:
    script = """
from featherchat.embedders.base import Purpose
from featherchat.embedders.local import LocalEmbedder
LocalEmbedder(threads=2).embed(["x"], Purpose.QUERY)
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert (done.stdout, done.stderr) == (b"", b"")


def test_without_onnxruntime_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(EmbedderError, match="onnxruntime cannot be imported") as caught:
        LocalEmbedder().embed(["x"], Purpose.DOCUMENT)

    assert "words find memories" in caught.value.hint


def test_the_model_leaves_nothing_in_the_account_and_reports_to_nobody(tmp_path: Path) -> None:
    script = (
        "from featherchat.embedders.base import Purpose\n"
        "from featherchat.embedders.local import LocalEmbedder\n"
        "LocalEmbedder().embed(['Why?'], Purpose.QUERY)\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**kept, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent.parent,
    )

    assert list(tmp_path.rglob("*")) == []
    assert done.stderr == b""
