"""What a reopened store must have: everything that was acknowledged, whole."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from featherchat.clock import FixedClock
from featherchat.store.sqlite import SqliteStore
from tests.store.writer import ALL, text_of, vector_of


def lost(path: Path, names: Sequence[str], cache: Path | None = None) -> list[str]:
    """Those of some acknowledged memories that are not all there.

    The store itself must be sound, and everything else in it what its writer meant.
    """
    store = SqliteStore.open(path, cache, FixedClock())
    try:
        assert store.database.check() == "ok"
        assert store.damaged() == []
        found = {memory.id: memory for memory in store.find(ALL)}
        assert all(memory.text == text_of(name) for name, memory in found.items())
        linked = {(edge.source_id, edge.target_id) for edge in store.edges_of(list(found))}
        vectors = dict(_vectors(store))
        return [name for name in names if not (name in found and _is_whole(name, linked, vectors))]
    finally:
        # Without the flush of indexes: here only the file counts.
        store.database.close()


def _vectors(store: SqliteStore) -> "list[tuple[str, np.ndarray]]":  # type: ignore[type-arg]
    rows = store.database.rows("SELECT id, vector FROM vectors JOIN memories USING (seq)")
    return [(name, np.frombuffer(blob, np.float16)) for name, blob in rows]


def _is_whole(
    name: str,
    linked: set[tuple[str, str]],
    vectors: "dict[str, np.ndarray]",  # type: ignore[type-arg]
) -> bool:
    writer, _, number = name.rpartition("-")
    has_edge = number == "0" or (name, f"{writer}-{int(number) - 1}") in linked
    return has_edge and name in vectors and np.allclose(vectors[name], vector_of(name), atol=1e-3)
