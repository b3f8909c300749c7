"""What the log tells: histories, differences, sessions taken back, and what time itself does."""

import base64
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from featherchat.clock import FixedClock
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Edge, Status
from featherchat.recollection import Filter
from featherchat.store.base import Difference
from featherchat.store.log import EXPIRY
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.workshop import files_with

ALL = Filter(namespace=None, statuses=())


def test_a_history_says_what_each_change_made_of_a_memory(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("First wording.")
    edited = replace(memory, text="Second wording.")
    store.put([memory], a_cause("said"))
    store.put([edited], a_cause("edited"))
    store.undo(a_cause("undo"))

    history = store.histories.of(memory.id)

    assert [(each.reason, each.memory, each.after) for each in history] == [
        ("said", None, memory),
        ("edited", memory, edited),
        ("undo", edited, memory),
    ]


def test_the_edges_of_a_memory_came_changed_and_went(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    one, other = a_memory("One.", id="one"), a_memory("Other.", id="other")
    weak, strong = Edge("one", "other", "causes", 0.5), Edge("one", "other", "causes", 1.0)
    store.put([one, other], a_cause())
    store.put([], a_cause("linked"), [weak])
    store.put([], a_cause("weighed"), [strong])
    store.undo(a_cause("undo"))

    history = store.histories.of_edges("other")

    assert [(each.reason, each.before, each.after) for each in history] == [
        ("linked", None, weak),
        ("weighed", weak, strong),
        ("undo", strong, weak),
    ]


def test_a_difference_is_what_was_added_changed_and_removed(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    edited, removed, kept = (a_memory(f"{word}.", id=word) for word in ("edited", "gone", "kept"))
    adding = a_cause()
    store.put([edited, kept], a_cause())
    store.put([removed], adding, [Edge("gone", "kept", "causes")])
    since = clock.now()
    clock.advance(seconds=1)
    new = a_memory("New.", id="new")
    store.put([replace(edited, text="Other words.")], a_cause())
    store.put([new], a_cause(), [Edge("new", "kept", "causes")])
    store.undo(a_cause(), adding.operation)
    store.reinforce({"kept": 3}, clock.now())
    until = clock.now()
    clock.advance(seconds=1)
    store.put([a_memory("Too late.")], a_cause())

    difference = store.histories.diff(since, until)

    assert difference == Difference(
        added=(new,),
        changed=((edited, replace(edited, text="Other words.")),),
        removed=(removed,),
        edges_added=(Edge("new", "kept", "causes"),),
        edges_removed=(Edge("gone", "kept", "causes"),),
    )


def test_a_difference_ends_at_its_second_time_whatever_was_changed_later(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    one, other = a_memory("One.", id="one"), a_memory("Other.", id="other")
    weak, strong = Edge("one", "other", "causes", 0.5), Edge("one", "other", "causes", 1.0)
    edited = replace(one, text="One, edited.")
    store.put([one, other], a_cause())
    since = clock.now()
    clock.advance(seconds=1)
    store.put([edited], a_cause(), [weak])
    until = clock.now()
    clock.advance(seconds=1)
    store.put([replace(edited, text="One, again."), replace(other, text="Later.")], a_cause())
    store.put([], a_cause(), [strong])
    clock.advance(seconds=1)

    difference = store.histories.diff(since, until)

    assert difference == Difference(changed=((one, edited),), edges_added=(weak,))


def test_what_was_changed_and_taken_back_is_no_difference(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Kept.")
    store.put([memory], a_cause())
    since = clock.now()
    clock.advance(seconds=1)
    store.put([replace(memory, text="Changed.")], a_cause())
    store.undo(a_cause())

    assert store.histories.diff(since, clock.now()) == Difference()
    assert store.histories.diff(clock.now(), clock.now()) == Difference()


def test_a_session_is_taken_back_as_a_whole(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    before = a_memory("Said before.", id="before")
    store.put([before], a_cause())
    edited = replace(before, text="Said otherwise.")
    store.put([a_memory("One.", id="one")], a_cause("learnt one", session_id="S", turn_id="T1"))
    store.put([edited], a_cause("edited", session_id="S", turn_id="T2"))
    store.put([a_memory("Elsewhere.", id="other")], a_cause("meanwhile", session_id="another"))

    undone = store.undo_session(a_cause(), "S")

    assert (undone.operation, undone.reason) == ("S", "edited, with 1 more of that session")
    assert [memory.id for memory in undone.removed] == ["one"]
    assert undone.restored == (before,)
    assert {memory.id for memory in store.find(ALL)} == {"before", "other"}
    with pytest.raises(NothingFound, match="session S"):
        store.undo_session(a_cause(), "S")


def test_a_session_that_was_built_on_is_kept_and_the_later_change_is_named(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("One.", id="one")
    later = a_cause("an edit by hand")
    store.put([memory], a_cause(session_id="S"))
    store.put([a_memory("Two.")], a_cause(session_id="S"))
    store.put([replace(memory, text="One, as it is.")], later)

    with pytest.raises(InvalidValue, match="an edit by hand") as caught:
        store.undo_session(a_cause(), "S")

    assert later.operation in caught.value.hint
    assert len(store.find(ALL)) == 2


def test_an_undo_that_is_taken_back_lets_its_change_stand_again(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory, edit, undoing = a_memory("First."), a_cause("edited"), a_cause("undo")
    store.put([memory], a_cause("said"))
    store.put([replace(memory, text="Second.")], edit)
    store.undo(undoing)

    store.undo(a_cause(), undoing.operation)

    assert store.get([memory.id])[memory.id].text == "Second."
    assert store.undo(a_cause()).reason == "edited"
    assert store.get([memory.id]) == {memory.id: memory}


def test_a_link_whose_end_is_gone_does_not_stop_an_undo(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    adding = a_cause()
    store.put([a_memory("One.", id="one")], a_cause())
    store.put([a_memory("Other.", id="other")], adding)
    store.put([], a_cause("linked"), [Edge("one", "other", "causes", 0.5)])
    store.put([], a_cause("weighed"), [Edge("one", "other", "causes", 1.0)])
    store.undo(a_cause(), adding.operation)

    assert store.undo(a_cause()).reason == "weighed"
    assert store.undo(a_cause()).reason == "linked"
    assert store.edges_of(["one"]) == []


def test_what_expired_is_retired_and_the_log_says_so(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    over = a_memory("Freeze until Monday.", id="over", expires_at=clock.now() + 10)
    pinned = a_memory("Freeze for ever.", id="pinned", expires_at=clock.now() + 10, pinned=True)
    store.put([over, pinned, a_memory("No end.")], a_cause("said"))
    clock.advance(seconds=11)
    assert [memory.id for memory in store.find(Filter(ids=("over", "pinned")))] == ["pinned"]
    sweep = a_cause("expired", actor=EXPIRY)

    retired = store.retire_expired(sweep)

    assert [memory.id for memory in retired] == ["over"]
    assert store.get(["over"])["over"].status is Status.RETIRED
    assert store.histories.of("over")[-1].reason == "expired"
    assert store.undo(a_cause(), sweep.operation).restored == (over,)


def test_a_sweep_that_finds_nothing_raises_no_revision(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("No end.")], a_cause())
    before = store.database.revision

    assert store.retire_expired(a_cause(actor=EXPIRY)) == []

    assert store.database.revision == before


def test_a_plain_undo_passes_over_what_expired(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("Freeze.", expires_at=clock.now() - 1)], a_cause("said at first"))
    store.put([a_memory("No end.")], a_cause("said last"))
    store.retire_expired(a_cause("expired", actor=EXPIRY))

    assert store.undo(a_cause()).reason == "said last"


def test_hard_forget_leaves_no_word_and_no_vector_of_any_version(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "s" / "memory.feather", tmp_path / "cache", clock)
    kept, secret = a_memory("Kept.", id="kept"), a_memory('The "plügh" key.', id="secret")
    directions = np.random.default_rng(3).normal(size=(3, 64)).astype(np.float32)
    link = Edge("secret", "kept", "causes", evidence='says "plügh"')
    store.put([kept, secret], a_cause(), (), directions[:2], "vec@64")
    store.put([], a_cause(), [link])
    store.undo(a_cause())
    store.put([replace(secret, text="The plöver key.")], a_cause(), (), directions[2:], "vec@64")
    store.undo(a_cause())
    with store.database.transaction():
        for sql in (
            "INSERT INTO sources SELECT seq, 'plügh, too', hash FROM memories WHERE id = 'secret'",
            "INSERT INTO vectors_next SELECT seq, 'next', vector, hash, 0 FROM vectors",
        ):
            store.database.execute(sql)
    store.match_words("plügh", 5, ALL)
    store.match_vector(directions[1], 5, ALL)
    store.flush()

    store.forget(["secret"], a_cause(), hard=True)
    store.match_vector(directions[1], 5, ALL)
    store.close()

    for word in ("plügh", "plöver", 'The \\"pl', "pl\\u00fcgh"):
        assert files_with(tmp_path, word.encode()) == []
    for direction in directions[1:]:
        half = direction.astype("<f2").tobytes()
        assert [file for file in tmp_path.rglob("*") if has_bytes(file, half)] == []
        assert files_with(tmp_path, base64.b64encode(half)[:40]) == []
    assert has_bytes(tmp_path / "s" / "memory.feather", directions[0].astype("<f2").tobytes())


def has_bytes(file: Path, needle: bytes) -> bool:
    return file.is_file() and needle in file.read_bytes()
