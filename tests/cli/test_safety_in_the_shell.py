"""The shell when something is lost or damaged: backups, and the way back."""

import json
from pathlib import Path

from tests.cli.conftest import Shell


def store_of(shell: Shell) -> Path:
    places = [json.loads(line) for line in shell("where", "--json").lines]
    return Path(next(place["path"] for place in places if place["name"] == "store"))


def test_a_backup_is_made_listed_and_put_back(shell: Shell, tmp_path: Path) -> None:
    shell("remember", "Ships the feathers on Monday.")

    made = shell("backup")
    shell("remember", "Ships the quills on Tuesday.")
    listed = [json.loads(line) for line in shell("backup", "--list", "--json").lines]
    back = shell("backup", "--restore", Path(made.out.split("  ")[0]).name)

    assert made.code == back.code == 0
    assert made.out.split("  ")[0] in [each["path"] for each in listed]
    assert {each["reason"] for each in listed} == {"by-hand", "daily"}
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
