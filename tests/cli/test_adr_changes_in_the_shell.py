"""accept, reject, deprecate, supersede, link and write: what they print and what they write."""

import pytest

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = "# {}. {}\n\n## Status\n\n{}\n\n## Decision\n\n{} it is, everywhere.\n"


@pytest.fixture
def records(shell: Shell, workshop: Workshop) -> Workshop:
    """A proposed and an accepted record, learnt."""
    workshop.write("docs/adr/0001-helm.md", RECORD.format(1, "Use Helm", "Proposed", "Helm"))
    workshop.write("docs/adr/0002-git.md", RECORD.format(2, "Use git", "Accepted", "Git"))
    shell("init")
    return workshop


def test_a_change_is_shown_and_written_only_when_that_is_said(
    shell: Shell, records: Workshop
) -> None:
    place = records.root / "docs/adr/0001-helm.md"
    before = place.read_text(encoding="utf-8")

    shown = shell("adr", "accept", "ADR-1")
    unchanged = place.read_text(encoding="utf-8")
    written = shell("adr", "accept", "ADR-1", "--write")

    assert shown.out.startswith("Accepted: ● decision (accepted) · ADR-1 Use Helm")
    assert "-Proposed\n+Accepted" in shown.out
    assert "Not written: 1 file. To write: featherchat adr write m:" in shown.err
    assert unchanged == before
    assert place.read_text(encoding="utf-8") == before.replace("Proposed", "Accepted")
    assert "To keep it: git add docs/adr/0001-helm.md" in written.err
    assert "It was so already" in written.err


def test_a_person_at_a_terminal_is_asked(shell: Shell, records: Workshop) -> None:
    place = records.root / "docs/adr/0001-helm.md"

    refused = shell("adr", "reject", "1", "--because", "Nobody knows it.", answers="n\n")
    unchanged = place.read_text(encoding="utf-8")
    written = shell("adr", "write", "1", answers="y\n")

    assert "Write 1 file? [y/N]" in refused.err
    assert "Proposed" in unchanged
    assert "Rejected" in place.read_text(encoding="utf-8")
    assert "Written: docs/adr/0001-helm.md" in written.err
    assert "Nobody knows it." in shell("adr", "show", "1").out


def test_what_undo_leaves_in_a_file_is_told(shell: Shell, records: Workshop) -> None:
    place = records.root / "docs/adr/0001-helm.md"
    shell("adr", "accept", "1", "--write")

    undone = shell("undo")

    assert "Took back: wrote docs/adr/0001-helm.md" in undone.out
    assert "the files stay, and git restores them" in undone.err
    assert "Accepted" in place.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_changed_is_not_called_up_to_date(
    shell: Shell, records: Workshop
) -> None:
    shell("adr", "accept", "1")
    place = records.root / "docs/adr/0001-helm.md"
    place.write_text(place.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")

    done = shell("adr", "write", "1")

    assert done.code == 1
    assert done.err.endswith("has changed; run adr import first.\n")


def test_a_supersession_is_shown_in_both_files(shell: Shell, records: Workshop) -> None:
    done = shell("adr", "supersede", "2", "1")

    assert "superseded by: ADR-1 Use Helm" in done.out
    assert "+Superseded by [1. Use Helm](0001-helm.md)" in done.out
    assert "+Supersedes [2. Use git](0002-git.md)" in done.out
    assert "ADR-1 Use Helm is proposed: featherchat adr accept m:" in done.err


def test_a_link_takes_the_words_of_adr_tools(shell: Shell, records: Workshop) -> None:
    done = shell("adr", "link", "2", "Amends", "1", "Amended by")

    assert done.code == 0
    assert "amends: ADR-1 Use Helm" in done.out
    assert "+Amended by [2. Use git](0002-git.md)" in done.out


def test_write_shows_then_writes_what_has_no_file(shell: Shell, records: Workshop) -> None:
    shell("adr", "new", "Use charts", "--accepted")

    shown = shell("adr", "write")
    written = shell("adr", "write", "use-charts", "--yes")

    assert (shown.code, written.code) == (1, 0)
    assert "+++ b/docs/adr/0003-use-charts.md" in shown.out
    assert (records.root / "docs/adr/0003-use-charts.md").exists()
    assert records.git("status", "--porcelain", "--untracked-files=no") == ""


def test_nothing_to_write_is_said(shell: Shell, records: Workshop) -> None:
    done = shell("adr", "write")

    assert (done.code, done.out) == (0, "")
    assert "there is nothing to write" in done.err


def test_what_makes_no_sense_is_refused_with_a_hint(shell: Shell, records: Workshop) -> None:
    rejected = shell("adr", "reject", "2")
    unknown = shell("adr", "accept", "ADR-9")

    assert (rejected.code, unknown.code) == (2, 1)
    assert "ADR-2 Use git is accepted, so it cannot be rejected." in rejected.err
    assert "Deprecate it" in rejected.err


def test_decisions_are_listed_by_what_they_govern(shell: Shell) -> None:
    shell("adr", "new", "Use Helm", "--governs", "deploy/**")
    shell("adr", "new", "Use git", "--governs", "src/git.py#clone")

    below = shell("adr", "list", "--path", "deploy/web/chart.yaml")
    folder = shell("adr", "list", "--path", "src")
    nothing = shell("adr", "list", "--path", "docs")

    assert [line.split("  ")[-2] for line in below.lines] == ["Use Helm"]
    assert [line.split("  ")[-2] for line in folder.lines] == ["Use git"]
    assert nothing.code == 1
    assert "No decision is like that." in nothing.err
