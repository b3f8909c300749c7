"""What turns text into vectors must do for us."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


class Purpose(Enum):
    """What a text is embedded for; some models treat the two differently."""

    DOCUMENT = "document"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What makes vectors comparable: two texts may be compared only within one identity."""

    name: str
    """Provider and model, such as ``local/bge-small-en-v1.5-int8``."""

    dimensions: int
    revision: int = 1
    """Raised when the preparation of texts or the weights change."""

    answer_threshold: float = 0.0
    """The cosine from which on a hit is evidence that memory has an answer."""

    alike_threshold: float = 0.95
    """The cosine from which on two texts say nearly the same."""

    def __str__(self) -> str:
        return f"{self.name}@{self.dimensions}v{self.revision}"


class Embedder(Protocol):
    """Turns texts into unit vectors.

    Synchronous and slow: it is called in a worker thread, never on the event loop.
    Loading happens at the first call. It may be called from one thread at a time.
    """

    identity: EmbedderIdentity

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One row a text: float32, shape (len(texts), dimensions), each of length 1.

        Raises:
            EmbedderError: If the model cannot be loaded or reached.
        """
        ...

    def close(self) -> None:
        """Give back memory and connections."""
        ...
