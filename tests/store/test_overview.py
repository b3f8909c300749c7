from featherchat.memory import Anchor, Kind, Status
from featherchat.recollection import Filter, outline_of
from featherchat.store.base import Cause
from featherchat.store.overview import overview
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
