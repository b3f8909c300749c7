"""adr new: by options, in an editor, from a file."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Shell

Editor = Callable[[str], None]

WRITTEN = """\
---
status: accepted
decision-makers: [Ann, Bob]
governs: [deploy/**]
---

# Deploy with Helm

## Considered Options

* Helm
* Kustomize

## Decision Outcome

Chosen option: "Helm", because charts are known.

## Pros and Cons of the Options

### Kustomize

* Bad, because overlays nest
"""


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """Makes the lines of a shell script the person's editor; the draft is ``$1``."""

    def become(script: str) -> None:
        program = tmp_path / "my editor"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("VISUAL", f"'{program}'")

    return become


@pytest.fixture(autouse=True)
def drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where drafts lie in these tests."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def the_decision(shell: Shell) -> dict[str, object]:
    (line,) = shell("adr", "list", "--json").lines
    found: dict[str, object] = json.loads(
        shell("adr", "show", json.loads(line)["id"], "--json").out
    )
    return found["decision"]  # type: ignore[return-value]


def test_every_field_can_be_given_as_an_option(shell: Shell) -> None:
    done = shell(
        *("adr", "new", "Deploy", "with", "Helm", "--context", "Manifests drifted."),
        *("--driver", "few tools", "--driver", "releases", "--option", "Helm"),
        *("--option", "Kustomize: overlays got lost", "--pro", "Helm: charts are known"),
        *("--con", "Kustomize: overlays nest", "--outcome", "Helm", "--because", "it is known"),
        *("--consequence", "Charts are reviewed.", "--confirmation", "helm lint runs."),
        *("--decider", "Ann", "--decider", "Bob", "--governs", "deploy/**", "--accepted"),
    )

    decision = the_decision(shell)
    assert done.code == 0
    assert decision["title"] == "Deploy with Helm"
    assert decision["status"] == "accepted"
    assert decision["context"] == "Manifests drifted."
    assert decision["drivers"] == ["few tools", "releases"]
    assert [(o["name"], o["chosen"], o["reason"]) for o in decision["options"]] == [  # type: ignore[attr-defined]
        ("Helm", True, ""),
        ("Kustomize", False, "overlays got lost"),
    ]
    assert decision["options"][0]["pros"] == ["charts are known"]  # type: ignore[index]
    assert decision["options"][1]["cons"] == ["overlays nest"]  # type: ignore[index]
    assert (decision["outcome"], decision["because"]) == ("Helm", "it is known")
    assert decision["consequences"] == "Charts are reviewed."
    assert decision["confirmation"] == "helm lint runs."
    assert decision["deciders"] == ["Ann", "Bob"]
    assert decision["governs"] == ["deploy/**"]


def test_two_decisions_of_one_outcome_stay_two(shell: Shell) -> None:
    shell("adr", "new", "Cache sessions", "--option", "Redis", "--outcome", "Redis")
    shell("adr", "new", "Queue jobs", "--option", "Redis", "--outcome", "Redis")

    assert len(shell("adr", "list").lines) == 2


def test_links_are_written_as_for_adr_tools(shell: Shell) -> None:
    old = json.loads(shell("adr", "new", "Use Helm", "--accepted", "--json").out)["id"]
    other = json.loads(shell("adr", "new", "Use charts", "--accepted", "--json").out)["id"]

    done = shell("adr", "new", "Use Kustomize", "-s", old, "-l", f"{other}:Amends:Amended by")

    assert done.code == 0
    assert "supersedes: Use Helm" in done.out
    assert "amends: Use charts" in done.out
    assert "amended by: Use Kustomize" in shell("adr", "show", other).out


def test_what_replaces_a_decision_is_decided(shell: Shell) -> None:
    old = json.loads(shell("adr", "new", "Use Helm", "--accepted", "--json").out)["id"]

    done = shell("adr", "new", "Use Kustomize", "-s", old)

    assert "decision (accepted) · Use Kustomize" in done.out
    assert len(shell("adr", "list", "--status", "accepted").lines) == 1


def test_the_same_decision_twice_is_one_and_told_so(shell: Shell) -> None:
    shell("adr", "new", "Use Helm", "--because", "it is known")

    again = shell("adr", "new", "Use Helm", "--because", "it is known")

    assert again.out.startswith("Recorded already: ")
    assert len(shell("adr", "list").lines) == 1


def test_a_draft_with_a_merge_conflict_is_kept_and_not_recorded(
    shell: Shell, editor: Editor, drafts: Path
) -> None:
    editor("printf '# Use X\\n<<<<<<< HEAD\\na\\n=======\\nb\\n>>>>>>> o\\n' > \"$1\"")

    done = shell("adr", "new")

    assert done.code == 2
    assert "merge conflict in line 2" in done.err
    assert len(list(drafts.iterdir())) == 1


def test_what_an_editor_removed_is_told_plainly(shell: Shell, editor: Editor, drafts: Path) -> None:
    editor('rm "$1"')

    done = shell("adr", "new")

    assert done.code == 2
    assert "cannot be read: No such file or directory." in done.err


def test_without_a_title_the_editor_writes_the_record(
    shell: Shell, editor: Editor, drafts: Path
) -> None:
    editor(f"cat > \"$1\" <<'END'\n{WRITTEN}END")

    done = shell("adr", "new")

    decision = the_decision(shell)
    assert "Recorded: ● decision (accepted) · Deploy with Helm" in done.out
    assert decision["deciders"] == ["Ann", "Bob"]
    assert decision["governs"] == ["deploy/**"]
    assert decision["because"] == "charts are known."
    assert list(drafts.iterdir()) == []


def test_the_editor_begins_with_what_was_given(
    shell: Shell, editor: Editor, tmp_path: Path
) -> None:
    editor(f"cp \"$1\" '{tmp_path}/seen'; echo 'More words.' >> \"$1\"")

    shell("adr", "new", "Use Helm", "--because", "it is known", "--edit")
    shell("adr", "new", "Use Kustomize", "--edit")

    assert "# Use Kustomize" in (tmp_path / "seen").read_text(encoding="utf-8")
    titles = [json.loads(line)["title"] for line in shell("adr", "list", "--json").lines]
    assert sorted(titles) == ["Use Helm", "Use Kustomize"]


@pytest.mark.parametrize("script", ["true", ': > "$1"', "echo ' ' > \"$1\""])
def test_a_draft_left_as_it_is_or_empty_records_nothing(
    shell: Shell, editor: Editor, drafts: Path, script: str
) -> None:
    editor(script)

    done = shell("adr", "new", "Use Helm", "--edit")

    assert (done.code, done.out) == (1, "")
    assert "Nothing was written, so nothing is recorded." in done.err
    assert shell("adr", "list").code == 1
    assert list(drafts.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo '# Use Helm' > \"$1\"; exit 3", "ended with code 3"),
        ("echo 'no heading' > \"$1\"", "The text has no title."),
        ("printf '# Use Helm \\377' > \"$1\"", "cannot be read"),
        (
            "printf -- '---\\nsuperseded-by: [ADR-1]\\nstatus: superseded\\n---\\n# Helm\\n' > \"$1\"",
            "superseded already",
        ),
    ],
)
def test_what_cannot_be_recorded_is_kept_in_a_file_that_is_named(
    shell: Shell, editor: Editor, drafts: Path, script: str, reason: str
) -> None:
    editor(script)

    done = shell("adr", "new", "--edit")

    (draft,) = drafts.iterdir()
    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert f"Your text is kept in {draft}." in done.err
    assert shell("adr", "list").code == 1


def test_an_editor_that_is_missing_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, drafts: Path
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    missing = shell("adr", "new", "Use Helm", "--edit")
    monkeypatch.setenv("VISUAL", "vi 'open")
    broken = shell("adr", "new", "Use Helm", "--edit")
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR", raising=False)
    none = shell("adr", "new")

    assert "no-such-editor cannot be started" in missing.err
    assert "is not a command" in broken.err
    assert "No editor is named." in none.err
    assert (missing.code, broken.code, none.code) == (2, 2, 2)
    assert list(drafts.iterdir()) == []


def test_a_draft_that_was_kept_can_be_recorded_later(shell: Shell, tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_bytes(b"\xef\xbb\xbf" + WRITTEN.replace("\n", "\r\n").encode())

    from_file = shell("adr", "new", "--file", str(draft))
    piped = shell("adr", "new", "--file", "-", stdin=b"# Use charts\n\nWe will.\n")

    assert "Deploy with Helm" in from_file.out
    assert "Use charts" in piped.out


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"x" * 1_000_001, b"# Long\n\n## Decision\n\n" + b"x" * 20_001]
)
def test_a_file_that_is_no_decision_is_refused(
    shell: Shell, tmp_path: Path, content: bytes
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_bytes(content)

    done = shell("adr", "new", "--file", str(draft))
    gone = shell("adr", "new", "--file", str(tmp_path / "gone.md"))

    assert (done.code, gone.code) == (2, 2)
    assert shell("adr", "list").code == 1
