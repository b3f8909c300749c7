"""Recollections made in one line."""

import zlib

from featherchat.memory import Memory, Source
from featherchat.recollection import Recollection, ScoreParts


def a_recollection(
    text: str, kind: str = "decision", relevance: float = 0.8, **given: object
) -> Recollection:
    fields: dict[str, object] = {
        "id": f"01ARZ3NDEKTSV4RR{zlib.crc32(text.encode()):010}",
        "text": text,
        "title": text[:20],
        "kind": kind,
        "source": Source("document", 0.0, path="docs/adr/1.md", heading="A › B"),
        "created_at": 86_400.0,
        "importance": 1.0,
    }
    memory = Memory(**{**fields, **given})  # type: ignore[arg-type]
    return Recollection(memory, relevance, ScoreParts(relevance))
