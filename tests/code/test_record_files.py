"""The repository's own folder, names, template and style are found, and a free name."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from featherchat.code.record_files import Proposal, RecordHome, find_homes, propose
from featherchat.code.repository import Repository
from featherchat.decisions import Decision, Style
from featherchat.memory import AdrStatus

NYGARD = "# 1. Use X\n\n## Status\n\nAccepted\n\n## Context\n\nC.\n\n## Decision\n\nX.\n"
MADR = "---\nstatus: accepted\n---\n# Use X\n\n## Context and Problem Statement\n\nC.\n\n## Decision Outcome\n\nX.\n"
NEW = Decision("Use Y", status=AdrStatus.ACCEPTED, outcome="Y.")

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def homes_of(root: Path, files: dict[str, str], **given: object) -> list[tuple[str, str]]:
    return [(home.folder, home.found_by) for home in found(root, files, **given)]


def found(root: Path, files: dict[str, str], **given: object) -> tuple[RecordHome, ...]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return find_homes(root, sorted(files), **given)  # type: ignore[arg-type]


def proposed(home: RecordHome, repository: Repository | None = None) -> Proposal:
    return propose(home, NEW, "2024-01-31", repository)


def test_the_tools_own_files_come_before_the_usual_folders(tmp_path: Path) -> None:
    files = {
        "adr/0001-a.md": NYGARD,
        "doc/adr/0001-a.md": NYGARD,
        "docs/decisions/0001-a.md": MADR,
        ".adr-dir": "notes/choices\n",
        ".log4brains.yml": (
            "project:\n  adrFolder: ./docs/adr\n  packages:\n"
            "    - name: web\n      adrFolder: './web/adr' # here\n"
        ),
    }

    assert homes_of(tmp_path, files) == [
        ("notes/choices", ".adr-dir"),
        ("docs/adr", ".log4brains.yml"),
        ("web/adr", ".log4brains.yml"),
        ("docs/decisions", "docs/decisions"),
        ("doc/adr", "doc/adr"),
        ("adr", "adr"),
    ]


def test_a_package_may_say_where_its_records_lie(tmp_path: Path) -> None:
    files = {"web/.adr-dir": "doc/choices", "web/doc/choices/0001-a.md": NYGARD}

    assert homes_of(tmp_path, files) == [("web/doc/choices", "web/.adr-dir")]


@pytest.mark.parametrize("named", ["../elsewhere", "/etc", "", "a/../.."])
def test_a_folder_outside_the_project_is_not_followed(tmp_path: Path, named: str) -> None:
    assert homes_of(tmp_path, {".adr-dir": named}) == [("docs/decisions", "")]


def test_the_settings_name_further_folders(tmp_path: Path) -> None:
    project, shared = tmp_path / "project", tmp_path / "shared"
    shared.mkdir()
    (shared / "0007-z.md").write_text(MADR)
    files = {"notes/a/0001-a.md": NYGARD, "notes/b/0001-b.md": NYGARD}

    homes = found(project, files, configured="notes/a", roots=["notes/b", "../shared", "../gone"])

    assert [(home.folder, home.found_by, home.outside) for home in homes] == [
        ("notes/a", "adr.dir", False),
        ("notes/b", "adr.roots", False),
        ("", "adr.roots", True),
    ]
    assert homes[2].place == shared
    assert proposed(homes[2]).path == "0008-use-y.md"


def test_a_link_in_the_repository_does_not_lead_out(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "private").mkdir()
    (project / "link").symlink_to(tmp_path / "private")

    assert homes_of(project, {}, roots=["link"]) == [("docs/decisions", "")]


def test_else_the_folders_that_hold_records_are_the_homes(tmp_path: Path) -> None:
    files = {
        "docs/architecture/adr-001-a.md": NYGARD,
        "docs/architecture/adr-002-b.md": NYGARD,
        "rfcs/0001-c.md": MADR,
        "docs/guide.md": "# Guide\n\nRead.\n",
    }

    assert homes_of(tmp_path, files) == [
        ("docs/architecture", "its records"),
        ("rfcs", "its records"),
    ]


def test_a_project_without_records_gets_the_folder_of_madr(tmp_path: Path) -> None:
    (home,) = found(tmp_path, {"README.md": "# Shop\n"})

    assert (home.folder, home.style, home.found_by) == ("docs/decisions", Style.MADR, "")
    assert proposed(home).path == "docs/decisions/0001-use-y.md"
    assert found(tmp_path, {}, configured="choices")[0].folder == "choices"


def test_the_next_record_is_written_as_the_others_are(tmp_path: Path) -> None:
    (home,) = found(tmp_path, {"doc/adr/0001-a.md": NYGARD, "doc/adr/0002-b.md": NYGARD})

    proposal = proposed(home)

    assert proposal.path == "doc/adr/0003-use-y.md"
    assert proposal.text.startswith("# 3. Use Y\n\n## Status\n\nAccepted\n")
    assert (proposal.decision.number, proposal.decision.slug) == (3, "use-y")


@pytest.mark.parametrize(
    ("names", "path"),
    [
        (["adr-001-a.md", "adr-009-b.md"], "docs/adr/adr-010-use-y.md"),
        (["12-a.md"], "docs/adr/13-use-y.md"),
        (["20230101-a.md", "20230202-b.md"], "docs/adr/20240131-use-y.md"),
        (["20230101-a.md", "20240131-use-y.md"], "docs/adr/20240131-use-y-2.md"),
        (["ADR_0004_a.markdown"], "docs/adr/ADR_0005_use-y.markdown"),
    ],
)
def test_the_folders_naming_is_kept(tmp_path: Path, names: list[str], path: str) -> None:
    (home,) = found(tmp_path, {f"docs/adr/{name}": MADR for name in names})

    assert proposed(home).path == path


def test_a_number_that_was_taken_meanwhile_is_not_proposed(tmp_path: Path) -> None:
    (home,) = found(tmp_path, {"docs/adr/0001-a.md": MADR})
    (tmp_path / "docs/adr/0002-by-somebody.md").write_text(MADR)

    assert proposed(home).path == "docs/adr/0003-use-y.md"


def test_a_number_on_the_default_branch_is_not_proposed(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    origin = a_repository("origin", {"docs/adr/0001-a.md": MADR})
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", origin, clone], check=True)
    (origin / "docs/adr/0002-b.md").write_text(MADR)
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "Add another")
    git(clone, "fetch", "--quiet")
    (home,) = find_homes(clone, ["docs/adr/0001-a.md"])

    assert proposed(home, Repository.open(clone)).path == "docs/adr/0003-use-y.md"
    assert proposed(home).path == "docs/adr/0002-use-y.md"


def test_a_template_is_found_beside_the_records(tmp_path: Path) -> None:
    files = {"doc/adr/0001-a.md": NYGARD, "doc/adr/template.md": "# Mine\n"}

    assert found(tmp_path, files)[0].template == "# Mine\n"
    files["doc/adr/templates/template.md"] = "# NUMBER. TITLE\n"
    assert found(tmp_path, files)[0].template == "# NUMBER. TITLE\n"


def test_the_folders_template_is_filled_in(tmp_path: Path) -> None:
    template = (
        "# ADR-XXXX: <title>\n\n- **Status:** Proposed | Accepted\n\n## Context\n\n## Decision\n"
    )
    files = {"docs/adr/0001-a.md": NYGARD, "docs/adr/template.md": template}

    assert proposed(found(tmp_path, files)[0]).text == (
        "# ADR-0002: Use Y\n\n- **Status:** Accepted\n\n## Context\n\n## Decision\n\nY.\n"
    )


@pytest.mark.parametrize("bullet", ["*", "-"])
def test_facts_in_a_list_stay_facts_in_a_list(tmp_path: Path, bullet: str) -> None:
    record = (
        f"# Use X\n\n{bullet} Status: accepted\n{bullet} Date: 2024-01-01\n\n"
        "## Context and Problem Statement\n\nC.\n\n## Decision Outcome\n\nX.\n"
    )

    (home,) = found(tmp_path, {"docs/adr/20240101-use-x.md": record})

    assert proposed(home).text == (
        f"# Use Y\n\n{bullet} Status: accepted\n\n"
        "## Context and Problem Statement\n\n## Decision Outcome\n\nY.\n\n"
        "### Consequences\n"
    )


def test_a_template_that_cannot_hold_the_decision_is_left_aside(tmp_path: Path) -> None:
    files = {"docs/adr/0001-a.md": NYGARD, "docs/adr/template.md": "Write what you like.\n"}

    assert proposed(found(tmp_path, files)[0]).text.startswith("# 2. Use Y\n\n## Status\n")
