"""What is chosen to be learnt, before anything is written."""

from pathlib import Path

import pytest

from featherchat.capture.planning import Plan, make_plan
from featherchat.code.record_files import record_folders
from featherchat.privacy import clean, redact
from featherchat.settings import LearnSettings
from featherchat.store.base import Document

RECORD = "# 1. Use it\n\n## Status\n\nAccepted\n\n## Context\n\nWhy.\n\n## Decision\n\nWe will use it here.\n"


def plan_of(root: Path, files: dict[str, str], **given: object) -> Plan:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    settings = given.pop("settings", LearnSettings())
    known = given.pop("known", {})
    return make_plan(
        root,
        sorted(files),
        known,  # type: ignore[arg-type]
        settings,  # type: ignore[arg-type]
        lambda text: redact(clean(text)).text,
        **given,  # type: ignore[arg-type]
    )


def paths(plan: Plan) -> list[str]:
    return [each.file.path for each in plan.documents]


def test_records_are_read_first_wherever_they_lie(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        {
            "README.md": "# Shop\n",
            "docs/a.md": "words",
            "services/orders/adr/0001-use-it.md": RECORD,
            "doc/architecture/decisions/0002-use-it.md": RECORD,
        },
    )

    assert paths(plan) == [
        "doc/architecture/decisions/0002-use-it.md",
        "services/orders/adr/0001-use-it.md",
        "README.md",
        "docs/a.md",
    ]
    assert plan.records == 2


@pytest.mark.parametrize(
    ("marker", "text", "folder"),
    [
        (".adr-dir", "notes/choices\n", "notes/choices"),
        (".log4brains.yml", "project:\n  adrFolder: ./notes/choices\n", "notes/choices"),
    ],
)
def test_a_folder_that_a_tool_names_holds_records(
    tmp_path: Path, marker: str, text: str, folder: str
) -> None:
    (tmp_path / marker).write_text(text)

    folders = list(record_folders(tmp_path, [f"{folder}/0001-use-it.md"]))
    plan = plan_of(tmp_path, {f"{folder}/0001-use-it.md": RECORD}, record_folders=folders)

    assert folders == [folder]
    assert plan.records == 1


def test_only_text_is_a_document(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path, {"docs/a.md": "x", "docs/a.py": "x", "docs/a.png": "x", "docs/LICENSE": "x"}
    )

    assert paths(plan) == ["docs/LICENSE", "docs/a.md"]


@pytest.mark.parametrize(
    ("globs", "chosen"),
    [
        (("docs/**",), ["docs/a.md", "docs/deep/b.md"]),
        (("docs/*.md",), ["docs/a.md", "docs/deep/b.md"]),
        (("**/*.md",), ["a.md", "docs/a.md", "docs/deep/b.md"]),
        (("docs/**/b.md",), ["docs/deep/b.md"]),
        (("docs/**/a.md",), ["docs/a.md"]),
        (("*.md",), ["a.md"]),
        (("A.MD",), ["a.md"]),
        ((), []),
    ],
)
def test_globs_choose(tmp_path: Path, globs: tuple[str, ...], chosen: list[str]) -> None:
    files = {"a.md": "x", "docs/a.md": "x", "docs/deep/b.md": "x"}

    plan = plan_of(tmp_path, files, settings=LearnSettings(include=globs))

    assert sorted(paths(plan)) == chosen


def test_what_is_known_is_unchanged_changed_or_gone(tmp_path: Path) -> None:
    first = plan_of(tmp_path, {"docs/a.md": "one", "docs/b.md": "two"})
    known = {
        each.file.path: Document(each.file.path, each.file.blob_hash, 0.0, {})
        for each in first.documents
    }
    known["docs/c.md"] = Document("docs/c.md", "blob", 0.0, {})

    plan = plan_of(tmp_path, {"docs/a.md": "one", "docs/b.md": "three"}, known=known)

    assert plan.unchanged == ("docs/a.md",)
    assert [(each.file.path, each.known) for each in plan.documents] == [("docs/b.md", True)]
    assert plan.gone == ("docs/c.md",)
    assert not plan.is_empty


def test_a_document_that_cannot_be_read_for_now_keeps_its_memories(tmp_path: Path) -> None:
    known = {"docs/a.md": Document("docs/a.md", "blob", 0.0, {})}

    plan = plan_of(
        tmp_path, {"docs/a.md": "x" * 50}, known=known, settings=LearnSettings(max_bytes=10)
    )

    assert [skipped.path for skipped in plan.skipped] == ["docs/a.md"]
    assert plan.gone == ()


def test_a_plan_says_how_long_it_takes(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {"README.md": "# A\n\n" + "\n\n".join(["some words here too"] * 400)})

    assert plan.pieces > 5
    assert plan.seconds == pytest.approx(plan.pieces * 0.045)
