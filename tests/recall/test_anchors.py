from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import AdrStatus, Anchor, Edge, Kind, Memory, RelationType, Status
from featherchat.ranking import relevance_of, score_of
from featherchat.recall.anchors import NOTHING, Anchored, folders_of, support
from featherchat.recall.finding import Recall
from featherchat.recall.heads import AMENDS
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Outline
from tests.conftest import NOW, MakeCause, MakeMemory

DAY = SECONDS_PER_DAY
ACCEPTED = {"adr_status": AdrStatus.ACCEPTED.value}


def outline(memory_id: str, kind: str = Kind.DECISION, age: float = 0.0) -> Outline:
    return Outline(
        memory_id, kind, Status.ACTIVE, 1.0, False, 0, NOW - age, None, "user", None, None, False
    )


def outlines(*found: Outline) -> dict[str, Outline]:
    return {each.id: each for each in found}


CHANGES = outlines(
    outline("pool"),
    outline("cache"),
    outline("c1", Kind.CODE_CHANGE, 60 * DAY),
    outline("c2", Kind.CODE_CHANGE),
)
CAUSED = (Edge("pool", "c1", "causes"), Edge("cache", "c2", "causes"))


def test_a_change_speaks_for_what_earlier_changes_of_its_files_were_linked_with() -> None:
    found = Anchored({"src/pool.py": frozenset({"c1"})}, CAUSED[:1])

    assert support(found, CHANGES, NOW) == {"c1": 0.5, "pool": 0.5}


def test_the_later_link_of_a_file_says_more() -> None:
    found = Anchored({"src/a.py": frozenset({"c1", "c2"})}, CAUSED)

    spoken = support(found, CHANGES, NOW)

    assert spoken["cache"] == 1.0
    assert spoken["pool"] == 0.5


def test_a_file_that_many_decisions_are_linked_with_says_less_than_one_of_few() -> None:
    many = outlines(*(outline(f"d{n}") for n in range(20)), outline("pool"))
    found = Anchored(
        {"Cargo.toml": frozenset(f"d{n}" for n in range(20)), "pool.rs": frozenset({"pool"})}, ()
    )

    spoken = support(found, many, NOW)

    assert spoken["pool"] > 2 * spoken["d0"]


def test_a_file_that_nothing_is_linked_with_makes_the_others_say_less() -> None:
    alone = Anchored({"a.py": frozenset({"pool"})}, ())
    beside = Anchored({"a.py": frozenset({"pool"}), "new.py": frozenset()}, ())

    assert support(beside, CHANGES, NOW)["pool"] < support(alone, CHANGES, NOW)["pool"]


def test_what_is_behind_the_walls_neither_speaks_nor_is_spoken_for() -> None:
    found = Anchored({"a.py": frozenset({"c1", "c2"})}, CAUSED)
    inside = {key: each for key, each in CHANGES.items() if key not in ("c2", "pool")}

    assert support(found, inside, NOW) == {"c1": 0.5}


def test_without_files_nothing_is_spoken_for() -> None:
    assert support(NOTHING, CHANGES, NOW) == {}


@given(st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from(list(CHANGES)))))
def test_support_is_a_share(by_path: dict[str, frozenset[str]]) -> None:
    spoken = support(Anchored(by_path, CAUSED), CHANGES, NOW)

    assert all(0.0 <= each <= 1.0 + 1e-9 for each in spoken.values())


def test_a_file_is_looked_for_under_the_folders_above_it_in_every_form() -> None:
    forms = folders_of("src/db/pool.py")

    assert forms[0] == "src/db/pool.py"
    assert {"src", "src/", "src/**", "src/db/*", "src/db/**/*"} <= set(forms)
    assert folders_of("pool.py") == ("pool.py",)


@pytest.fixture
async def memories(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Memories]:
    opened = await Memories.open(
        tmp_path / "memory.feather", tmp_path / "cache", clock, HashEmbedder(512), 5.0
    )
    yield opened
    await opened.close()


async def put(
    memories: Memories, some: Sequence[Memory], cause: MakeCause, edges: Sequence[Edge] = ()
) -> None:
    await memories.remember(some, cause(), edges)
    await memories.ask(lambda store: store.flush())


def ids(recall: Recall) -> list[str]:
    return [each.memory.id for each in recall.found]


def a_change(a_memory: MakeMemory, memory_id: str, *paths: str) -> Memory:
    anchors = tuple(Anchor(path) for path in paths)
    return a_memory("Rework", id=memory_id, kind=Kind.CODE_CHANGE, anchors=anchors)


@pytest.mark.anyio
async def test_a_change_finds_the_decision_that_its_file_was_changed_for_before(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("Connections are pooled.", id="pool", attributes=ACCEPTED),
        a_memory("Logs are written as JSON.", id="logs", attributes=ACCEPTED),
        a_change(a_memory, "c1", "src/db.py"),
    ]
    await put(memories, some, a_cause, [Edge("pool", "c1", RelationType.CAUSES)])
    retriever = Retriever(memories, clock)

    paths = ["src/db.py", "README.md"]
    with_paths = await retriever.recall("tidy up", words_only=True, paths=paths)
    without = await retriever.recall("tidy up", words_only=True)

    assert ids(with_paths)[0] == "pool"
    assert "logs" not in ids(with_paths)
    assert without.found == ()


@pytest.mark.anyio
async def test_a_decision_that_governs_a_folder_is_found_for_a_file_in_it(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    anchors = (Anchor("src/db/**"),)
    await put(memories, [a_memory("Connections are pooled.", id="pool", anchors=anchors)], a_cause)

    recall = await Retriever(memories, clock).recall("tidy up", paths=["src/db/pool.py"])

    assert ids(recall) == ["pool"]
    assert recall.found[0].parts.anchors > 0


@pytest.mark.anyio
async def test_a_new_decision_that_the_words_are_about_comes_before_one_that_only_the_file_is(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("Connections are pooled.", id="pool"),
        a_memory("Timeouts grow with each retry.", id="retry"),
        a_change(a_memory, "c1", "src/db.py"),
    ]
    await put(memories, some, a_cause, [Edge("pool", "c1", RelationType.CAUSES)])

    recall = await Retriever(memories, clock).recall(
        "let timeouts grow with each retry", paths=["src/db.py", "src/retry.py"]
    )

    assert ids(recall)[0] == "retry"


@pytest.mark.anyio
async def test_what_was_decided_lately_is_what_a_change_carries_out(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    year = clock.now() - 365 * DAY
    some = [
        a_memory("Retry with short timeouts.", id="old", created_at=year, attributes=ACCEPTED),
        a_memory("Retry with long timeouts.", id="new", attributes=ACCEPTED),
    ]
    await put(memories, some, a_cause)
    retriever = Retriever(memories, clock)

    change = await retriever.recall("retry with timeouts", paths=["src/db.py"], abstain=False)
    question = await retriever.recall("retry with timeouts", abstain=False)

    assert not any(each.parts.held for each in change.found)
    assert all(each.parts.held for each in question.found)
    assert ids(change)[0] == "new"


@pytest.mark.anyio
async def test_the_score_of_an_anchored_memory_follows_from_its_parts(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [a_memory("Connections are pooled.", id="pool"), a_change(a_memory, "c1", "src/db.py")]
    await put(memories, some, a_cause, [Edge("pool", "c1", RelationType.CAUSES, 0.5)])

    recall = await Retriever(memories, clock).recall(
        "pooled connections", paths=["src/db.py"], layers=True
    )

    told = [*recall.found, *(each for layer in recall.layers for each in layer.found)]
    assert {each.memory.id for each in told} == {"pool", "c1"}
    for each in told:
        assert relevance_of(each.parts) == pytest.approx(each.parts.relevance)
        assert score_of(each.parts) == pytest.approx(each.score)


@pytest.mark.anyio
async def test_a_change_may_carry_out_what_was_amended_as_well_as_what_amends_it(
    memories: Memories, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    some = [
        a_memory("Pages are cached for an hour.", id="old"),
        a_memory("Cached pages expire in a minute.", id="new"),
    ]
    await put(memories, some, a_cause, [Edge("new", "old", AMENDS)])
    retriever = Retriever(memories, clock)

    change = await retriever.recall("pages are cached for an hour", paths=["src/cache.py"])
    question = await retriever.recall("pages are cached for an hour")

    assert ids(change)[0] == "old"
    assert ids(question)[0] == "new"
