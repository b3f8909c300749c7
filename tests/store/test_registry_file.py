"""The registry survives damage, and what is written is what is read."""

import fcntl
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.clock import FixedClock, ulid
from featherchat.errors import StoreBusy, StoreTooNew
from featherchat.store.registry_file import Book, KnownProject, Pair, RegistryFile

ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
WEBAPP = KnownProject(ID, "webapp", Path("/stores/a"), ("/home/ada/webapp",), (Pair("a1", "x/y"),))

texts = st.text(st.characters(codec="utf-8") | st.just("\udce9"), min_size=1, max_size=8)
pairs = st.builds(Pair, st.none() | st.sampled_from("abc"), st.none() | st.sampled_from("xyz"))
projects = st.builds(
    KnownProject,
    id=st.integers(0, 2**40).map(lambda number: ulid(number, number)),
    name=texts,
    store=texts.map(lambda text: Path("/", text.replace("\0", ""))),
    paths=st.lists(texts, max_size=3).map(tuple),
    pairs=st.lists(pairs, max_size=3).map(tuple),
)
books = st.builds(
    Book,
    projects=st.lists(projects, max_size=3, unique_by=lambda project: project.id).map(tuple),
    trusted=st.frozensets(texts, max_size=3),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def file(data: Path, clock: FixedClock) -> RegistryFile:
    return RegistryFile(data, clock)


@settings(max_examples=25, deadline=None)
@given(book=books)
def test_a_book_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, book: Book
) -> None:
    data = tmp_path_factory.mktemp("data")
    RegistryFile(data, FixedClock()).change(lambda _: book)

    assert RegistryFile(data, FixedClock()).read() == book


@given(st.lists(pairs, max_size=6))
def test_no_pair_is_kept_that_says_less_than_another(found: list[Pair]) -> None:
    project = KnownProject(ID, "webapp", Path("/stores/a"), (), ())
    for pair in found:
        project = project.with_pair(pair)

    kept = project.pairs
    assert not any(one.covers(other) for one in kept for other in kept if one is not other)
    assert all(any(one.covers(pair) for one in kept) for pair in found if pair != Pair(None, None))


@given(pairs, pairs)
def test_likeness_is_mutual_and_holds_for_whatever_covers(one: Pair, other: Pair) -> None:
    assert one.resembles(other) == other.resembles(one)
    if one.covers(other) and other != Pair(None, None):
        assert one.resembles(other)


def test_an_account_without_projects_has_no_files(file: RegistryFile, data: Path) -> None:
    assert file.read() == Book()
    assert not data.exists()


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"format": 1}', b'{"format": 1, "projects": [{"id": 7}]}'],
)
def test_a_damaged_registry_is_set_aside_and_rebuilt(
    file: RegistryFile, data: Path, clock: FixedClock, damage: bytes
) -> None:
    file.change(lambda _: Book((WEBAPP,), frozenset({"/home/ada/webapp"})))
    (data / "registry.json").write_bytes(damage)
    later = RegistryFile(data, clock)

    book = later.read()

    assert book == Book((WEBAPP,), frozenset())
    aside = data / "registry.damaged-1790000000.json"
    assert aside.read_bytes() == damage
    assert str(aside) in later.notice
    assert "rebuilt with 1 projects" in later.notice
    assert RegistryFile(data, clock).read() == book


def test_a_lost_registry_is_rebuilt_and_names_the_stores_it_cannot_place(
    file: RegistryFile, data: Path
) -> None:
    file.change(lambda _: Book((WEBAPP,)))
    (data / "registry.json").unlink()
    orphan = data / "projects" / "orphan"
    orphan.mkdir()
    (orphan / "memory.feather").touch()

    assert file.read() == Book((WEBAPP,))
    assert f"--store: {orphan / 'memory.feather'}" in file.notice


def test_a_registry_of_a_later_version_is_left_alone(file: RegistryFile, data: Path) -> None:
    data.mkdir()
    written = json.dumps({"format": 99, "anything": "else"})
    (data / "registry.json").write_text(written)

    with pytest.raises(StoreTooNew):
        file.change(lambda _: Book((WEBAPP,)))

    assert (data / "registry.json").read_text() == written


@pytest.mark.slow
def test_a_lock_that_is_never_let_go_is_named(file: RegistryFile, data: Path) -> None:
    data.mkdir()
    with (data / "registry.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(StoreBusy, match=r"registry\.lock"):
            file.change(lambda _: Book((WEBAPP,)))
