from hypothesis import given
from hypothesis import strategies as st

from featherchat.memory import Anchor, Kind, Status
from featherchat.recollection import Filter, Outline, outline_of
from featherchat.store.base import Cause
from featherchat.store.overview import Outlines, overview
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0


def test_an_overview_has_the_outline_and_title_of_each_memory(
    store: SqliteStore, a_memory: MakeMemory
) -> None:
    pool = a_memory(
        "The pool is in src/db.py.", id="m1", anchors=(Anchor("src/db.py", changed=True),)
    )
    decided = a_memory(
        "Use PostgreSQL.", id="m2", kind=Kind.DECISION, attributes={"adr_status": "accepted"}
    )
    gone = a_memory("Use MongoDB.", id="m3", status=Status.RETIRED)
    store.put([pool, decided, gone], Cause("o", NOW, "user", "test"))

    found = overview(store.database, Filter(), NOW)

    assert found.titles == (decided.title, pool.title)
    assert list(found.outlines) == [outline_of(decided), outline_of(pool)]


def test_an_overview_of_nothing_is_empty(store: SqliteStore) -> None:
    found = overview(store.database, Filter(), NOW)

    assert len(found) == 0
    assert list(found.outlines) == []


OUTLINES = st.lists(
    st.builds(
        Outline,
        id=st.text(max_size=3),
        kind=st.sampled_from(["decision", "stack"]),
        status=st.just("active"),
        importance=st.floats(0.0, 2.0),
        pinned=st.booleans(),
        recall_count=st.integers(0, 9),
        created_at=st.just(NOW),
        developer=st.none(),
        author=st.just("user"),
        path=st.none() | st.just("src/db.py"),
        adr_status=st.none(),
        changed=st.booleans(),
        admitted=st.just(True),
        session_id=st.none(),
    ),
    max_size=5,
)


@given(OUTLINES, OUTLINES, st.integers(0, 10))
def test_outlines_as_columns_are_the_same_outlines(
    first: list[Outline], second: list[Outline], cut: int
) -> None:
    both = Outlines.of(first) + Outlines.of(second)

    assert list(both) == first + second
    assert list(both[:cut]) == (first + second)[:cut]
    assert list(both.column("pinned")) == [each.pinned for each in first + second]


def test_an_overview_of_more_memories_than_are_read_at_once_has_them_all(
    store: SqliteStore, a_memory: MakeMemory
) -> None:
    many = [a_memory(f"Memory {number}.", id=f"m{number}") for number in range(1_001)]
    store.put(many, Cause("o", NOW, "user", "test"))

    found = overview(store.database, Filter(), NOW)

    assert found.titles == tuple(memory.title for memory in reversed(many))
    assert list(found.outlines) == [outline_of(memory) for memory in reversed(many)]
