"""A filter in SQL admits what the same filter in words admits."""

import pytest

from featherchat.clock import FixedClock
from featherchat.memory import Anchor, Layer, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory


@pytest.fixture
def texts(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> dict[str, Memory]:
    memories = [
        a_memory("decision", importance=2.0, attributes={"number": 12, "adr_status": "accepted"}),
        a_memory("candidate", status=Status.CANDIDATE, confidence=0.5),
        a_memory("retired", status=Status.RETIRED),
        a_memory("elsewhere", namespace="other"),
        a_memory("mine", kind="preference", developer="ada@example.org"),
        a_memory("document", kind="overview", source=Source("document", 0.0, path="docs/a.md")),
        a_memory("record", source=Source("document", 0.0, path="docs/adr/1.md")),
        a_memory("near", source=Source("document", 0.0, path="docs-old/a.md")),
        a_memory("anchored", anchors=(Anchor("src/pool.py"),)),
        a_memory("old", created_at=clock.now() - 100.0),
        a_memory("expired", expires_at=clock.now() - 1.0),
    ]
    store.put(memories, a_cause())
    return {memory.text: memory for memory in memories}


ORDINARY = {
    *("decision", "candidate", "mine", "document", "record", "near", "anchored", "old"),
}


@pytest.mark.parametrize(
    ("wanted", "admitted"),
    [
        (Filter(), ORDINARY),
        (Filter(statuses=()), ORDINARY | {"retired"}),
        (Filter(namespace=None), ORDINARY | {"elsewhere"}),
        (Filter(namespace="other"), {"elsewhere"}),
        (Filter(statuses=(Status.CANDIDATE,)), {"candidate"}),
        (Filter(kinds=("preference", "overview")), {"mine", "document"}),
        (Filter(layers=(Layer.DEVELOPER, Layer.PROJECT)), {"mine", "document"}),
        (Filter(authors=("document",)), {"document", "record", "near"}),
        (Filter(developer="ada@example.org"), {"mine"}),
        (Filter(path="docs"), {"document", "record"}),
        (Filter(path="docs/"), {"document", "record"}),
        (Filter(path="docs/a.md"), {"document"}),
        (Filter(path="docs/adr/*"), {"record"}),
        (Filter(path="*.md"), {"document", "record", "near"}),
        (Filter(path="src"), {"anchored"}),
        (Filter(path="src/*.py"), {"anchored"}),
        (Filter(path="100%"), set()),
        (Filter(min_importance=2.0), {"decision"} | (ORDINARY - {"mine", "document"})),
        (Filter(min_confidence=0.9), ORDINARY - {"candidate"}),
        (Filter(attributes={"number": 12}), {"decision"}),
        (Filter(attributes={"number": 12, "adr_status": "proposed"}), set()),
        (Filter(attributes={"number": None}), ORDINARY - {"decision"}),
        (Filter(attributes={'a"b': 1}), set()),
        (Filter(ids=()), set()),
    ],
)
def test_a_filter_admits(
    store: SqliteStore, texts: dict[str, Memory], wanted: Filter, admitted: set[str]
) -> None:
    assert {memory.text for memory in store.find(wanted)} == admitted


@pytest.mark.parametrize("path", ["app/[id]", "app/[id]/page.tsx", "app/[id]/*", "*[id]*"])
def test_a_bracket_in_a_path_is_itself(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, path: str
) -> None:
    page = a_memory("page", source=Source("document", 0.0, path="app/[id]/page.tsx"))
    other = a_memory("other", source=Source("document", 0.0, path="app/i/page.tsx"))
    store.put([page, other], a_cause())

    assert [memory.text for memory in store.find(Filter(path=path))] == ["page"]


def test_time_bounds_are_half_open(
    store: SqliteStore, clock: FixedClock, texts: dict[str, Memory]
) -> None:
    now = clock.now()

    since = {memory.text for memory in store.find(Filter(since=now))}
    until = {memory.text for memory in store.find(Filter(until=now))}

    assert until == {"old"}
    assert since == ORDINARY - {"old"}


def test_ids_are_a_filter(store: SqliteStore, texts: dict[str, Memory]) -> None:
    wanted = (texts["mine"].id, texts["retired"].id)

    assert [memory.text for memory in store.find(Filter(ids=wanted))] == ["mine"]
