"""What files say about a decision: the rarer the file, the more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.capture.clues import Clue, GovernedCode, NamedFiles, overlaps
from featherchat.memory import Anchor, Edge, Kind, Memory, RelationType, Source
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory, examples

paths = st.text("abc/._-", min_size=1, max_size=12)


@pytest.fixture
def change(a_memory: MakeMemory) -> Memory:
    anchors = (Anchor("crates/auth/src/keyring.rs"), Anchor("Cargo.toml"))
    return a_memory("a change", id="change", kind=Kind.CODE_CHANGE, anchors=anchors)


def named(*texts: str) -> NamedFiles:
    return NamedFiles.of({f"d{n}": [text] for n, text in enumerate(texts)})


def governed(*anchors: Anchor) -> GovernedCode:
    return GovernedCode({f"d{n}": (anchor,) for n, anchor in enumerate(anchors)}, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("See crates/auth/src/keyring.rs.", 1.0),
        ("See `keyring.rs`, which holds it.", 0.7),
        ("Everything below crates/auth/src/lib.rs and so on.", 0.4),
        ("Everything is in the ring.", 0.0),
    ],
)
def test_a_text_that_names_a_file_speaks_for_it(change: Memory, text: str, value: float) -> None:
    found = named(text).clues(change)

    assert found.get("d0", Clue()).value == value


def test_a_name_that_many_decisions_have_says_less(change: Memory) -> None:
    alone = named("See Cargo.toml.").clues(change)["d0"]

    shared = named("See Cargo.toml.", "Edit Cargo.toml.", "No Cargo.toml.").clues(change)["d0"]

    assert alone.value > shared.value > 0


@pytest.mark.parametrize(
    ("stated", "value"),
    [
        (Anchor("crates/auth/src/keyring.rs"), 0.6),
        (Anchor("crates/auth"), 0.4),
        (Anchor("crates/**/*.rs"), 0.4),
        (Anchor("crates/other"), 0.0),
    ],
)
def test_a_file_that_is_governed_by_its_name_says_more_than_a_folder(
    change: Memory, stated: Anchor, value: float
) -> None:
    found = governed(stated).clues(change)

    assert found.get("d0", Clue()).value == value


def test_what_many_decisions_govern_tells_none_of_them_from_the_others(change: Memory) -> None:
    alone = governed(Anchor("Cargo.toml")).clues(change)["d0"]

    shared = governed(Anchor("Cargo.toml"), Anchor("*.toml")).clues(change)["d0"]

    assert alone.value > shared.value > 0


@pytest.mark.parametrize(
    ("symbol", "value"),
    [("Ring.rotate", 1.0), ("Ring", 1.0), ("Ring.open", 0.0), (None, 0.4)],
)
def test_a_symbol_is_governed_where_it_changed_or_nobody_looked(
    a_memory: MakeMemory, symbol: str | None, value: float
) -> None:
    touched = a_memory("a change", anchors=(Anchor("ring.rs"), Anchor("ring.rs", symbol)))

    found = governed(Anchor("ring.rs", "Ring.rotate")).clues(touched)

    assert found.get("d0", Clue()).value == value


def test_a_symbol_is_governed_in_any_file(a_memory: MakeMemory) -> None:
    touched = a_memory("a change", anchors=(Anchor("ring.rs"), Anchor("ring.rs", "Ring.rotate")))

    found = GovernedCode({}, {"d0": ("rotate",), "d1": ("open",)}).clues(touched)

    assert found == {"d0": Clue(1.0, "governs rotate")}


@pytest.mark.property
@settings(max_examples=examples(25, 300), deadline=None)
@given(st.lists(st.text(max_size=40), max_size=3), st.lists(paths, min_size=1, max_size=4))
def test_any_text_and_any_path_give_values_between_0_and_1(
    texts: list[str], touched: list[str]
) -> None:
    files = tuple(map(Anchor, touched))
    change = Memory(
        "m", "a change", "a change", Kind.CODE_CHANGE, Source("commit", 0), 0, 1, anchors=files
    )

    found = named(*texts, *touched).clues(change)

    assert all(0.0 < clue.value <= 1.0 for clue in found.values())


def a_store(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, origin: str = "explicit"
) -> Memory:
    """A decision that caused a change of a rare and a common file; others touch the common one."""

    def touching(name: str, *touched: str) -> Memory:
        anchors = tuple(map(Anchor, touched))
        return a_memory(f"change {name}", id=name, kind=Kind.CODE_CHANGE, anchors=anchors)

    others = [touching(f"other{n}", "common.py") for n in range(6)]
    witness = touching("witness", "rare.py", "common.py")
    decision = a_memory("a decision", id="d", kind=Kind.DECISION)
    edge = Edge("d", "witness", RelationType.CAUSES, origin=origin)
    store.put([decision, witness, *others], a_cause(), [edge])
    return touching("asked", "rare.py")


def test_a_rare_file_in_common_says_more_than_an_ubiquitous_one(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    rare = a_store(store, a_memory, a_cause)
    common = a_memory("another", kind=Kind.CODE_CHANGE, anchors=(Anchor("common.py"),))

    by_rare, by_common = (overlaps(store, each, 8)["d"] for each in (rare, common))

    assert by_rare.value > 2 * by_common.value > 0
    assert by_rare.words.startswith("rare.py, as in")


def test_what_was_only_inferred_is_no_witness(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    change = a_store(store, a_memory, a_cause, origin="semantic")

    assert overlaps(store, change, 8) == {}


def test_a_change_is_no_witness_of_itself(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    a_store(store, a_memory, a_cause)
    witness = store.get(["witness"])["witness"]

    assert overlaps(store, witness, 8) == {}
