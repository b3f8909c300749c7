"""The embedded default: bge-small-en-v1.5 in int8, run on the CPU by onnxruntime.

Needs no key and no network. The model is loaded at the first text; the same
text always has the same vector, whatever is embedded beside it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featherchat.embedders.base import EmbedderIdentity, Purpose
from featherchat.embedders.wordpiece import WordPiece
from featherchat.errors import EmbedderError
from featherchat.native import load_onnxruntime

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix

MODEL_FOLDER = Path(__file__).parent / "bge"
"""Where the weights and the vocabulary lie; see the README there."""

QUERY_PREFIX = "Represent this sentence for searching relevant passages: "
"""What the model was trained to find in front of a query, and only there."""

_MODEL = "model_quantized.onnx"
_TOKENIZER = "tokenizer.json"
_CHECKSUMS: Mapping[str, str] = {
    _MODEL: "6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4",
    _TOKENIZER: "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
}
_ERRORS_ONLY = 3  # onnxruntime's severity: it writes warnings about the machine to stderr


class LocalEmbedder:
    """bge-small-en-v1.5: English, 384 dimensions, the first 512 tokens of a text."""

    # Of 5.2 million pairs of memories from different records 21 are nearer than 0.93, and a number,
    # a negation or an identifier tells all of them apart; the nearest other pair has 0.928. Of 12
    # paraphrases 8 are nearer (benchmarks/likeness.py).
    identity = EmbedderIdentity(
        "local/bge-small-en-v1.5-int8",
        dimensions=384,
        answer_threshold=0.78,
        alike_threshold=0.93,
    )

    def __init__(self, *, threads: int = 1, folder: Path = MODEL_FOLDER) -> None:
        """Keep the settings; nothing is loaded yet.

        Args:
            threads: Cores that one text may use; two are 1.6 times as fast as one.
            folder: Where the two files lie.
        """
        self._threads = threads
        self._folder = folder
        self._loaded: tuple[WordPiece, Any] | None = None

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One unit row a text; about 26 ms each at 150 words, 4 ms for a title (one core).

        Raises:
            EmbedderError: If onnxruntime or the model cannot be loaded.
        """
        import numpy as np

        prefix = QUERY_PREFIX if purpose is Purpose.QUERY else ""
        rows = np.empty((len(texts), self.identity.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            # One by one: the model quantizes by the range of what runs together, so that in a
            # batch the neighbors change a text's vector (cosine 0.992), and padding costs time.
            rows[row] = self._vector(prefix + text)
        return rows

    def close(self) -> None:
        """Give back the model's memory, about 100 MB; the next text loads it again."""
        self._loaded = None

    def _vector(self, text: str) -> Any:
        import numpy as np

        if self._loaded is None:
            self._loaded = self._load()
        tokenizer, session = self._loaded
        ids = np.array([tokenizer.encode(text)], dtype=np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (states,) = session.run(None, inputs)
        first = states[0, 0]
        return first / np.linalg.norm(first)

    def _load(self) -> tuple[WordPiece, Any]:
        try:
            onnxruntime = load_onnxruntime()
        except ImportError as error:
            raise EmbedderError(
                f"The embedded model cannot run: onnxruntime cannot be imported ({error}).",
                hint="Install onnxruntime for this Python, or configure another embedder; "
                "words find memories meanwhile.",
            ) from error
        for name, checksum in _CHECKSUMS.items():
            self._verify(self._folder / name, checksum)
        onnxruntime.set_default_logger_severity(_ERRORS_ONLY)
        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _ERRORS_ONLY
        session = onnxruntime.InferenceSession(
            # From the path: from bytes it takes twice as long.
            str(self._folder / _MODEL),
            options,
            providers=["CPUExecutionProvider"],
        )
        return WordPiece.from_file(self._folder / _TOKENIZER), session

    @staticmethod
    def _verify(path: Path, checksum: str) -> None:
        # 22 ms for the 34 MB: less than a cache of checked files would be worth.
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EmbedderError(
                f"{path} cannot be read: {error.strerror}.",
                hint="Install featherchat again; words find memories meanwhile.",
            ) from error
        if found != checksum:
            raise EmbedderError(
                f"{path} is damaged: its sha256 is {found[:12]}…, not {checksum[:12]}….",
                hint="Install featherchat again; words find memories meanwhile.",
            )
