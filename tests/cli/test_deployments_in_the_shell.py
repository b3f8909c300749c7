"""deployment in a shell, as a CI job calls it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.workshop import Workshop


def commits(workshop: Workshop, *names: str) -> None:
    for name in names:
        workshop.write(f"src/{name}.py", f"NAME = {name!r}\n")
        workshop.git("add", "--all")
        workshop.git("commit", "--quiet", "--message", f"Add {name}")


PRODUCTION = ("deployment", "record", "--environment", "production", "--version")


def test_a_bare_machine_records_and_says_where_memory_lies(
    workshop: Workshop, shell: Shell
) -> None:
    commits(workshop, "keys", "locks")

    done, again = shell(*PRODUCTION, "v1"), shell(*PRODUCTION, "v1")

    assert (done.code, again.code) == (0, 0)
    assert done.out.startswith("Recorded: v1 deployed to production · 2 changes · m:")
    assert "Memory was empty here." in done.err and "--store PATH" in done.err
    assert again.out.startswith("Already known: v1 deployed to production")
    assert again.err == ""


def test_a_shallow_clone_says_that_changes_may_be_missing(
    workshop: Workshop, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits(workshop, "keys", "locks", "doors")
    workshop.git("clone", "--quiet", "--depth=2", f"file://{workshop.root}", f"{tmp_path}/ci")
    monkeypatch.chdir(tmp_path / "ci")

    done = shell(*PRODUCTION, "v1", "--json")

    record = json.loads(done.out)
    assert [each["title"] for each in record["changes"]] == ["Add doors"]
    assert "This clone is shallow" in done.err


def test_list_and_show_tell_what_went_where(workshop: Workshop, shell: Shell) -> None:
    commits(workshop, "keys")
    shell(*PRODUCTION, "v1", "--at", "2026-01-02T10:00")
    shell(
        *PRODUCTION,
        "v1",
        "--result",
        "rollback",
        "--reason",
        "It hung.",
        "--at",
        "2026-01-03T12:00",
    )

    listed, shown = shell("deployment", "list"), shell("deployment", "show", "v1", "--json")
    one = shell(
        "deployment", "show", json.loads(shell("deployment", "list", "--json").lines[1])["id"]
    )

    assert [line.split("  ")[-3].strip() for line in listed.lines] == ["v1", "v1"]
    assert listed.lines[0].startswith("✕ rollback")
    assert listed.lines[1].startswith("⊘ rolled back")
    assert json.loads(shown.out)["result"] == "rollback"
    assert "rolled back 3 January 2026" in one.out and "It hung." in one.out
    assert "Add keys" in one.out


def test_without_a_deployment_list_leaves_1_and_says_how_to_record(shell: Shell) -> None:
    done = shell("deployment", "list")

    assert (done.code, done.out) == (1, "")
    assert "featherchat deployment record" in done.err
