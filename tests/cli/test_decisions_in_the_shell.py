"""adr new, list and show."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = """\
# 1. Use PostgreSQL

Date: 2024-03-01

## Status

Accepted

## Context

Orders need transactions across three tables.

## Decision

We will use PostgreSQL for every service.
"""


def test_a_decision_is_recorded_with_its_reason_and_rejected_options(shell: Shell) -> None:
    done = shell(
        "adr",
        "new",
        "Deploy with Helm",
        "--outcome",
        "Helm charts describe every deployment.",
        "--because",
        "Plain manifests drifted between clusters.",
        "--reject",
        "Kustomize: overlays got lost",
        "--reject",
        "Plain manifests",
        "--accepted",
    )

    shown = shell("adr", "show", json_of(shell)[0]["id"])
    assert done.code == 0
    assert "Recorded: ● decision (accepted) · Deploy with Helm" in done.out
    assert "Plain manifests drifted" in shown.out
    assert "✕ Kustomize: overlays got lost" in shown.out
    assert "✕ Plain manifests: no reason was given" in shown.out


def json_of(shell: Shell, *options: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in shell("adr", "list", "--json", *options).lines]


def test_an_empty_name_is_a_usage_error(shell: Shell) -> None:
    done = shell("adr", "show", " ")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("No decision is named.")


def test_without_a_word_a_decision_is_only_proposed(shell: Shell) -> None:
    shell("adr", "new", "Deploy", "with", "Helm")

    (found,) = json_of(shell)

    assert (found["title"], found["adr_status"]) == ("Deploy with Helm", "proposed")


def test_no_file_is_written(shell: Shell, workshop: Workshop) -> None:
    shell("adr", "new", "Deploy with Helm")

    assert [file.name for file in workshop.root.iterdir()] == [".git"]


def test_the_same_decision_twice_is_one(shell: Shell) -> None:
    shell("adr", "new", "Deploy with Helm")

    again = shell("adr", "new", "Deploy with Helm")

    assert again.code == 0
    assert len(json_of(shell)) == 1


def test_a_decision_that_replaces_another_takes_it_out_of_force(
    shell: Shell, workshop: Workshop
) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", RECORD)
    shell("init")

    shell("adr", "new", "Use SQLite", "--accepted", "--supersedes", "ADR-1")

    standing = {each["title"]: each["status"] for each in json_of(shell)}
    links = json.loads(shell("adr", "show", "ADR-1", "--json").out)["links"]
    assert standing == {"Use SQLite": "active", "ADR-1 Use PostgreSQL": "superseded"}
    assert {each["kind"]: each["status"] for each in links} == {
        "rationale": "superseded",
        "decision": "active",
    }
    assert "superseded by: Use SQLite" in shell("adr", "show", "ADR-1").out


def test_one_undo_takes_back_a_whole_decision(shell: Shell, workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", RECORD)
    shell("init")
    before = json_of(shell)
    shell("adr", "new", "Use SQLite", "--because", "It is one file.", "--supersedes", "ADR-1")

    done = shell("undo")

    assert done.code == 0
    assert json_of(shell) == before


def test_decisions_are_listed_by_standing_and_filtered(shell: Shell) -> None:
    shell("adr", "new", "Deploy with Helm")
    shell("adr", "new", "Use PostgreSQL", "--accepted")

    everything = shell("adr", "list")
    proposed = shell("adr", "list", "--status", "proposed")
    rejected = shell("adr", "list", "--status", "rejected")

    assert [line.split()[1] for line in everything.lines] == ["accepted", "proposed"]
    assert "Deploy with Helm" in proposed.out
    assert "PostgreSQL" not in proposed.out
    assert (rejected.code, rejected.out) == (1, "")


def test_a_decision_shows_its_links_as_data(shell: Shell, workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", RECORD)
    shell("init")

    found = json.loads(shell("adr", "show", "ADR-1", "--json").out)

    assert found["kind"] == "decision"
    assert [(link["relation"], link["forward"]) for link in found["links"]] == [("leads_to", True)]


def test_wrong_calls_are_named(shell: Shell) -> None:
    unknown = shell("adr", "new", "Use SQLite", "--supersedes", "ADR-9")
    empty = shell("adr", "new", " ")
    nothing = shell("adr", "show", "ADR-9")

    assert (unknown.code, empty.code, nothing.code) == (1, 2, 1)
    assert json_of(shell) == []
