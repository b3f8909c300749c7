"""A project whose store, files and settings an attacker has written into."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from featherchat.clock import FixedClock
from featherchat.memory import Anchor, Edge, Memory, Source, Status
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn, TurnStatus
from tests.hostile import HOSTILE

KINDS = ("decision", "bug_fix", "dead_end", "alternative", "convention", "code_change", "debugging")
AGE = 86_400.0


def storable(text: str) -> str:
    """What a database takes of a text."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def poison(path: Path, clock: FixedClock) -> tuple[str, ...]:
    """Put every hostile string into a closed store, below the gate; the ids of the memories."""
    texts = [storable(text) for text in HOSTILE]
    memories = [_memory(text, place, clock) for place, text in enumerate(texts)]
    edges = [
        Edge(one.id, other.id, storable(text)[:60] or "x", evidence=text, origin=text[:60] or "x")
        for (one, other), text in zip(pairwise(memories), texts, strict=False)
    ]
    store = SqliteStore.open(path, None, clock)
    try:
        for memory, text in zip(memories, texts, strict=True):
            store.put([memory], Cause(clock.new_id(), clock.now(), text[:60] or "x", text or "x"))
        store.put([], Cause(clock.new_id(), clock.now(), "user", "links"), edges)
        _talks(store, texts, clock)
    finally:
        store.close()
    return tuple(memory.id for memory in memories)


def _memory(text: str, place: int, clock: FixedClock) -> Memory:
    at = clock.now() - place * AGE
    source = Source(text[:60] or "x", at, path=text, heading=text, url=text, quote=text)
    return Memory(
        id=clock.new_id(),
        text=f"The pool. {text}",
        title=text or "x",
        kind=KINDS[place % len(KINDS)] if place % 10 else text[:30] or "x",
        source=source,
        created_at=at,
        importance=1.0,
        status=Status.CANDIDATE if place % 5 == 4 else Status.ACTIVE,
        developer=text,
        anchors=(Anchor("README.md", symbol=text, commit=text, changed=place % 2 == 0),),
        attributes={"status": text, "options": text, text or "x": text},
    )


def _talks(store: SqliteStore, texts: Sequence[str], clock: FixedClock) -> None:
    for text in texts:
        session = ChatSession(clock.new_id(), text, clock.now(), clock.now(), None, text)
        turn = Turn(
            clock.new_id(),
            session.id,
            text,
            clock.now(),
            context=text,
            answer=text,
            status=TurnStatus.COMPLETE,
            model=text,
            finished_at=clock.now(),
        )
        store.transcripts.put_session(session)
        store.transcripts.put_turn(turn)
