"""The shell when something is lost or damaged: backups, and the way back."""

import json
from pathlib import Path

import pytest

from featherchat.store.layout import CHECKED, checksum_vfs
from tests.cli.conftest import Shell
from tests.harming import a_page_of_memories, change_behind, flip
from tests.workshop import Workshop

needs_checksums = pytest.mark.skipif(
    checksum_vfs() is None, reason="this apsw was built without the checksum extension"
)


def store_of(shell: Shell) -> Path:
    places = [json.loads(line) for line in shell("where", "--json").lines]
    return Path(next(place["path"] for place in places if place["name"] == "store"))


def test_a_backup_is_made_listed_and_put_back(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")

    made = shell("backup")
    shell("remember", "Ships the quills on Tuesday.")
    listed = [json.loads(line) for line in shell("backup", "--list", "--json").lines]
    back = shell("backup", "--restore", Path(made.out.split("  ")[0]).name)

    assert made.code == back.code == 0
    assert made.out.split("  ")[0] in [each["path"] for each in listed]
    assert "by-hand" in {each["reason"] for each in listed}
    assert shell("search", "feathers").code == 0
    assert shell("search", "quills").code == 1
    kept = Path(back.lines[1].removeprefix("The one that was there before is kept as ")[:-1])
    assert shell("--store", str(kept), "search", "quills").code == 0


def test_a_backup_can_go_anywhere_and_overwrites_nothing(shell: Shell, tmp_path: Path) -> None:
    shell("remember", "Ships the feathers on Monday.")
    target = tmp_path / "copy.feather"

    first = shell("backup", str(target))
    content = target.read_bytes()
    second = shell("backup", str(target))
    into_folder = shell("backup", str(tmp_path))

    assert (first.code, second.code, into_folder.code) == (0, 2, 0)
    assert "is there already" in second.err
    assert target.read_bytes() == content
    assert len(list(tmp_path.glob("memory-*-by-hand.feather"))) == 1


def test_where_and_doctor_name_the_newest_backup(shell: Shell) -> None:
    assert "no backup yet" in shell("where").out

    shell("remember", "Ships the feathers on Monday.")
    shell("backup")

    assert "the newest of" in shell("where").out
    assert "the newest of" in shell("doctor").out


def test_a_backup_that_is_not_there_or_none_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "diary").write_text("Dear diary")

    assert shell("backup", "--restore", "nowhere.feather").code == 1
    assert shell("backup", "--restore", str(tmp_path / "diary")).code == 3
    assert shell("backup", "--list").code == 1
    assert shell("backup", "--list", "--restore", "x").code == 2


@needs_checksums
def test_doctor_reports_a_store_that_cannot_be_opened(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")
    path = store_of(shell)
    flip(path, 3 * CHECKED.page_size // 4)

    done = shell("doctor")
    searched = shell("search", "feathers")

    assert (done.code, searched.code) == (3, 3)
    assert "doctor --salvage" in done.out
    assert "doctor --salvage" in searched.err
    assert "the newest of" in done.out


@needs_checksums
def test_salvage_saves_the_rest_keeps_the_damaged_file_and_names_what_is_lost(shell: Shell) -> None:
    for number in range(10):
        shell("remember", f"Ships feather number {number} on Monday. {'Long. ' * 400}")
    shell("backup")
    path = store_of(shell)
    start, hit = a_page_of_memories(path)
    flip(path, start + 4_000)

    doctor = shell("doctor")
    done = shell("doctor", "--salvage", "--json")

    result = json.loads(done.out)
    assert doctor.code == 3
    assert done.code == 3
    assert result["store"] == str(path)
    (backup,) = result["backups"]
    assert result["lost"] == sorted(hit) == [each["id"] for each in backup["memories"]]
    assert {each["title"][:13] for each in backup["memories"]} == {"Ships feather"}
    assert result["saved"]["memories"] == 10 - len(hit)
    assert Path(result["kept"]).name.startswith("memory.feather.damaged-")
    assert shell("doctor").code == 0
    assert shell("search", "feather").code == 0
    assert shell("--store", backup["path"], "show", result["lost"][0]).code == 0


@needs_checksums
def test_after_a_salvage_init_learns_again_what_documents_lost(
    shell: Shell, workshop: Workshop
) -> None:
    pieces = "\n\n".join(
        f"## Part {n}\n\nPart {n} ships feathers. {'Long. ' * 300}" for n in range(12)
    )
    workshop.write("docs/parts.md", f"# Parts\n\n{pieces}\n")
    shell("init")
    path = store_of(shell)
    before = change_behind(path, "SELECT text FROM memories ORDER BY text")
    start, hit = a_page_of_memories(path)
    flip(path, start + 4_000)

    salvaged = shell("doctor", "--salvage")
    left = change_behind(path, "SELECT text FROM memories ORDER BY text")
    shell("init")

    assert salvaged.code == 3
    assert "featherchat init" in salvaged.err
    assert all(memory_id in salvaged.out for memory_id in hit)
    assert len(left) == len(before) - len(hit)
    assert change_behind(path, "SELECT text FROM memories ORDER BY text") == before


@needs_checksums
def test_salvage_can_go_elsewhere_and_leave_everything_as_it_is(
    shell: Shell, tmp_path: Path
) -> None:
    shell("remember", "Ships the feathers on Monday.")
    path = store_of(shell)
    flip(path, 3 * CHECKED.page_size // 4)
    before = path.read_bytes()
    target = tmp_path / "saved.feather"

    done = shell("doctor", "--salvage", "--to", str(target))
    again = shell("doctor", "--salvage", "--to", str(target))

    assert (done.code, again.code) == (0, 2)
    assert path.read_bytes() == before
    assert shell("--store", str(target), "search", "feathers").code == 0


def test_a_sound_store_is_not_salvaged_and_a_foreign_file_is_left_alone(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")
    path = store_of(shell)
    sound = shell("doctor", "--salvage")
    path.write_bytes(b"Dear diary, " * 2_000)

    foreign = shell("doctor", "--salvage")

    assert (sound.code, foreign.code) == (0, 1)
    assert "nothing was changed" in sound.err
    assert "backup --restore" in foreign.err
    assert path.read_bytes() == b"Dear diary, " * 2_000
    assert shell("doctor", "--to", "x").code == 2


def test_a_store_that_is_gone_is_not_well_while_it_has_backups(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")
    name = Path(shell("backup").out.split("  ")[0]).name
    path = store_of(shell)
    path.unlink()

    gone = shell("doctor")
    is_made = path.exists()
    shell("search", "feathers")
    empty = shell("doctor")
    back = shell("backup", "--restore", name)

    assert (gone.code, is_made, empty.code, back.code) == (3, False, 3, 0)
    for done in (gone, empty):
        assert f"featherchat backup --restore {name}" in done.out
        assert "featherchat backup --list" in done.out
    assert shell("search", "feathers").code == 0
    assert shell("doctor").code == 0


@pytest.mark.parametrize("content", [b"", b"Dear diary, " * 2_000])
def test_what_is_no_store_any_more_names_its_backups(shell: Shell, content: bytes) -> None:
    shell("remember", "Ships the feathers on Monday.")
    path = store_of(shell)
    name = Path(shell("backup").out.split("  ")[0]).name
    path.write_bytes(content)

    done = shell("search", "feathers")

    assert done.code == 3
    assert f"featherchat backup --restore {name}" in done.err
    assert "featherchat backup --list" in done.err


def test_a_store_that_is_gone_beside_its_backups_names_the_way_back(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")
    shell("backup")
    store_of(shell).unlink()

    done = shell("search", "feathers")

    assert "is gone" in done.err
    assert "backup --restore" in done.err
