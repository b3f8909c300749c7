"""A folder of records is imported once, in step with its files, with a word on each."""

from pathlib import Path

import pytest

from featherchat.capture.importing import (
    Importer,
    ImportReport,
    Outcome,
    import_records,
)
from featherchat.capture.planning import RecordSource
from featherchat.code.files import blob_hash
from featherchat.commands.adr_changes import link, supersede
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.commands.memories import forget, pin, undo
from featherchat.decisions import Decision, RecordFile, Reference, render, superseding, with_link
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus, Kind, Memory, RelationType, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.base import Document
from tests.conftest import MakeCause
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

FOLDER = "docs/adr"


def record(title: str, status: str = "Accepted", said: str = "") -> str:
    said = said or f"We will {title.lower()} here."
    return (
        f"# {title}\n\nDate: 2024-03-01\n\n## Status\n\n{status}\n\n## Context\n\n"
        f"{title} came up twice.\n\n## Decision\n\n{said}\n"
    )


def importer(project: Project) -> Importer:
    return Importer(project.memories, project.clock, project.config.learn, project.developer)


async def imported(
    project: Project, folder: Path | None = None, *, dry_run: bool = False
) -> ImportReport:
    source = RecordSource.of(project.root, folder or project.root / FOLDER, project.files())
    return await import_records(importer(project), source, dry_run=dry_run)


def outcomes(report: ImportReport) -> dict[str, str]:
    return {Path(each.path).name: each.outcome.value for each in report.files}


async def decisions(project: Project) -> dict[str, Memory]:
    found = await project.memories.find(Filter(namespace=None, statuses=(), kinds=(Kind.DECISION,)))
    return {memory.title: memory for memory in found}


async def a_recorded_decision(project: Project) -> Memory:
    stated = Decision("Use C", outcome="We will use C for every job.", because="it is quick.")
    return (await new_decision(project, NewDecision(stated))).memory


async def test_a_second_import_changes_nothing(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    workshop.write(f"{FOLDER}/0002-b.md", record("Use B", "Accepted\n\nAmends [A](0001-a.md)"))
    async with workshop.open() as project:
        first = await imported(project)
        revision = await project.memories.ask(lambda store: store.database.revision)

        second = await imported(project)

        assert outcomes(first) == {"0001-a.md": "new", "0002-b.md": "new"}
        assert outcomes(second) == {"0001-a.md": "unchanged", "0002-b.md": "unchanged"}
        assert await project.memories.ask(lambda store: store.database.revision) == revision


async def test_a_dry_run_says_what_would_happen_and_stores_nothing(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    async with workshop.open() as project:
        report = await imported(project, dry_run=True)

        assert [(each.title, each.outcome) for each in report.files] == [
            ("ADR-1 Use A", Outcome.NEW)
        ]
        assert report.learnt is None
        assert await decisions(project) == {}


async def test_a_changed_file_is_a_new_version_of_its_decision(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    async with workshop.open() as project:
        await imported(project)
        before = (await decisions(project))["ADR-1 Use A"]
        workshop.write(f"{FOLDER}/0001-a.md", record("Use A", said="We will do it everywhere."))

        report = await imported(project)

        after = (await decisions(project))["ADR-1 Use A"]
        versions = await project.memories.history(before.id)
        assert outcomes(report) == {"0001-a.md": "changed"}
        assert (after.id, after.text) == (before.id, "We will do it everywhere.")
        assert [version.memory and version.memory.text for version in versions] == [
            None,
            before.text,
        ]


async def test_decisions_of_the_same_words_are_several(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A", said="We will do it."))
    async with workshop.open() as project:
        await imported(project)
        workshop.write(f"{FOLDER}/0002-b.md", record("Use B", said="We will do it."))

        await imported(project)
        again = await imported(project)

        assert {t: m.text for t, m in (await decisions(project)).items()} == {
            "ADR-1 Use A": "We will do it.",
            "ADR-2 Use B": "Use B: We will do it.",
        }
        assert again.count(Outcome.UNCHANGED) == 2


async def test_a_deleted_file_retires_and_a_moved_one_keeps_its_decision(
    workshop: Workshop,
) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    workshop.write(f"{FOLDER}/0002-b.md", record("Use B"))
    async with workshop.open() as project:
        await imported(project)
        before = await decisions(project)
        (workshop.root / FOLDER / "0001-a.md").unlink()
        (workshop.root / FOLDER / "0002-b.md").rename(workshop.root / FOLDER / "0003-b.md")

        report = await imported(project)

        after = {memory.id: memory for memory in (await decisions(project)).values()}
        assert outcomes(report) == {"0001-a.md": "gone", "0003-b.md": "moved"}
        assert after[before["ADR-1 Use A"].id].status is Status.RETIRED
        assert after[before["ADR-2 Use B"].id].title == "ADR-3 Use B"


async def test_a_file_that_comes_back_is_the_decision_that_it_was(workshop: Workshop) -> None:
    text = record("Use A")
    workshop.write(f"{FOLDER}/0001-a.md", text)
    workshop.write(f"{FOLDER}/0002-b.md", record("Use B"))
    async with workshop.open() as project:
        await imported(project)
        before = await decisions(project)
        await pin(project, before["ADR-1 Use A"].id, pinned=True)
        await link(project, "1", "depends on", "2")
        (workshop.root / FOLDER / "0001-a.md").unlink()
        await imported(project)
        workshop.write(f"{FOLDER}/0001-a.md", text.replace("came up twice", "came up again"))

        await imported(project)

        found = await project.memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
        again = next(each for each in found if each.title == "ADR-1 Use A")
        assert len(found) == 2
        assert (again.id, again.status) == (before["ADR-1 Use A"].id, Status.ACTIVE)
        assert (again.pinned, again.valid_to) == (True, None)
        assert "depends_on" in {e.relation for e in await project.memories.edges_of([again.id])}


async def test_what_a_person_had_forgotten_does_not_come_back_with_its_file(
    workshop: Workshop,
) -> None:
    text = record("Use A")
    workshop.write(f"{FOLDER}/0001-a.md", text)
    workshop.write(f"{FOLDER}/0002-b.md", record("Use B"))
    async with workshop.open() as project:
        await imported(project)
        forgotten = (await decisions(project))["ADR-1 Use A"].id
        await forget(project, [forgotten], hard=False)
        (workshop.root / FOLDER / "0001-a.md").unlink()
        await imported(project)
        workshop.write(f"{FOLDER}/0001-a.md", text)

        await imported(project)

        (memory,) = (await project.memories.get([forgotten])).values()
        assert memory.status is Status.RETIRED
        assert len(await project.memories.find(Filter(kinds=(Kind.DECISION,)))) == 1


async def test_a_file_with_an_id_keeps_its_decision_when_it_is_moved_and_changed(
    workshop: Workshop,
) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    async with workshop.open() as project:
        await imported(project)
        head = (await decisions(project))["ADR-1 Use A"]
        text = f"---\nfeatherchat-id: {head.id}\n---\n" + record("Use A at last")
        (workshop.root / FOLDER / "0001-a.md").unlink()
        workshop.write("docs/adr/web/0007-a.md", text)

        report = await imported(project)

        assert [(m.id, m.title) for m in (await decisions(project)).values()] == [
            (head.id, "ADR-7 Use A at last")
        ]
        assert [(each.outcome, each.before) for each in report.files] == [
            (Outcome.MOVED, f"{FOLDER}/0001-a.md")
        ]


async def test_a_file_that_was_written_from_a_decision_is_that_decision(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        head = await a_recorded_decision(project)
        text = render(
            Decision(
                "Use C",
                status=AdrStatus.ACCEPTED,
                outcome="We will use C for every job.",
                because="it is quick.",
                featherchat_id=head.id,
            )
        )
        workshop.write(f"{FOLDER}/0001-use-c.md", text)

        report = await imported(project)
        again = await imported(project)

        (found,) = (await decisions(project)).values()
        assert (found.id, found.title) == (head.id, "ADR-1 Use C")
        assert found.attributes["number"] == 1
        assert found.adr_status == "accepted"
        assert {source.author: source.path for source in (found.source, *found.sources)} == {
            "user": None,
            "document": f"{FOLDER}/0001-use-c.md",
        }
        assert (outcomes(report), outcomes(again)) == (
            {"0001-use-c.md": "new"},
            {"0001-use-c.md": "unchanged"},
        )


async def test_a_written_file_that_is_edited_changes_its_decision(
    workshop: Workshop, a_cause: MakeCause
) -> None:
    async with workshop.open() as project:
        head = await a_recorded_decision(project)
        path = f"{FOLDER}/0001-use-c.md"
        text = f"---\nfeatherchat-id: {head.id}\n---\n" + record("Use C")
        workshop.write(path, text)
        written = Document(
            path, blob_hash(text.encode()), workshop.clock.now(), {"decision": head.id}
        )
        await project.memories.learn_document(written, [], [], [], a_cause())
        adopted = await imported(project)
        workshop.write(path, text.replace("use c here", "use c there"))

        edited = await imported(project)

        (found,) = (await decisions(project)).values()
        assert outcomes(adopted) == {"0001-use-c.md": "unchanged"}
        assert outcomes(edited) == {"0001-use-c.md": "changed"}
        assert (found.id, found.text) == (head.id, "We will use c there.")
        assert "user" in {source.author for source in (found.source, *found.sources)}


async def test_a_copy_of_a_written_file_is_a_decision_of_its_own(workshop: Workshop) -> None:
    async with workshop.open() as project:
        head = await a_recorded_decision(project)
        text = f"---\nfeatherchat-id: {head.id}\n---\n"
        workshop.write(f"{FOLDER}/0001-a.md", text + record("Use C"))
        await imported(project)
        workshop.write(f"{FOLDER}/0002-b.md", text + record("Use D", said="We will do D."))

        await imported(project)

        ids = {title: memory.id for title, memory in (await decisions(project)).items()}
        assert ids["ADR-1 Use C"] == head.id
        assert ids["ADR-2 Use D"] != head.id


async def test_a_made_up_id_is_no_identity(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", "---\nfeatherchat-id: nobody\n---\n" + record("Use A"))
    async with workshop.open() as project:
        await imported(project)

        assert "nobody" not in {memory.id for memory in (await decisions(project)).values()}


async def test_an_id_cannot_turn_another_memory_into_a_decision(workshop: Workshop) -> None:
    async with workshop.open() as project:
        workshop.write("README.md", "# Shop\n\nIt sells shoes to people.\n")
        await project.learn(await project.plan_learning())
        (page,) = await project.memories.find(Filter(namespace=None, statuses=()))
        workshop.write(
            f"{FOLDER}/0001-a.md", f"---\nfeatherchat-id: {page.id}\n---\n" + record("Use A")
        )

        await imported(project)

        assert (await project.memories.get([page.id]))[page.id] == page


async def test_links_between_records_become_edges(workshop: Workshop) -> None:
    old = RecordFile("0001-a.md", record("Use A"))
    new, old = superseding(RecordFile("0002-b.md", record("Use B")), old)
    workshop.write(f"{FOLDER}/0001-a.md", old.text)
    text = with_link(new.text, "Related to", Reference("ADR-0003", "0003-c.md"))
    workshop.write(f"{FOLDER}/0002-b.md", text)
    workshop.write(f"{FOLDER}/0003-c.md", record("Use C", "Accepted\n\nAmended by ADR-2"))
    async with workshop.open() as project:
        report = await imported(project)

        found = await decisions(project)
        names = {memory.id: title for title, memory in found.items()}
        edges = await project.memories.edges_of([found["ADR-2 Use B"].id])
        between = {
            (names[e.source_id], e.relation, names[e.target_id])
            for e in edges
            if e.source_id in names and e.target_id in names
        }
        assert between == {
            ("ADR-2 Use B", RelationType.SUPERSEDES, "ADR-1 Use A"),
            ("ADR-2 Use B", RelationType.RELATED_TO, "ADR-3 Use C"),
            ("ADR-2 Use B", "amends", "ADR-3 Use C"),
        }
        assert found["ADR-1 Use A"].status is Status.SUPERSEDED
        assert report.learnt is not None
        assert report.learnt.links == 1


async def test_a_link_that_is_taken_out_of_the_files_is_taken_out_of_memory(
    workshop: Workshop,
) -> None:
    superseding_b = record("Use B", "Accepted\n\nSupersedes [A](0001-a.md)")
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    workshop.write(f"{FOLDER}/0002-b.md", superseding_b)
    workshop.write(f"{FOLDER}/0003-c.md", record("Use C", "Accepted\n\nAmends [A](0001-a.md)"))
    async with workshop.open() as project:
        await imported(project)
        before = await decisions(project)
        workshop.write(f"{FOLDER}/0002-b.md", record("Use B"))

        await imported(project)

        after = await decisions(project)
        replaced, free = before["ADR-1 Use A"], after["ADR-1 Use A"]
        relations = {edge.relation for edge in await project.memories.edges_of([free.id])}
        assert replaced.status is Status.SUPERSEDED
        assert (free.status, free.adr_status, free.valid_to) == (Status.ACTIVE, "accepted", None)
        assert RelationType.SUPERSEDES not in relations
        assert "amends" in relations

        await undo(project)

        (again,) = (await project.memories.get([free.id])).values()
        assert again.status is Status.SUPERSEDED
        workshop.write(f"{FOLDER}/0002-b.md", superseding_b)
        assert outcomes(await imported(project))["0002-b.md"] == "unchanged"


async def test_a_link_that_a_person_stated_in_memory_outlives_an_import(
    workshop: Workshop,
) -> None:
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    workshop.write(f"{FOLDER}/0002-b.md", record("Use B"))
    async with workshop.open() as project:
        await imported(project)
        await supersede(project, "1", "2")
        workshop.write(f"{FOLDER}/0002-b.md", record("Use B", said="We will use B for all."))

        await imported(project)

        assert (await decisions(project))["ADR-1 Use A"].status is Status.SUPERSEDED


HARMED = {
    "0001-no-status.md": record("No status", "").encode(),
    "0002-two.md": record("Two").replace("Date:", "Status: Rejected\nDate:").encode(),
    "0003-windows.md": record("Windows").replace("\n", "\r\n").encode(),
    "0004-latin.md": record("Latin", said="We will call it Caf\u00e9 from now on.").encode(
        "latin-1"
    ),
    "0005-conflict.md": record(
        "Conflict", "<<<<<<< HEAD\nAccepted\n=======\nDraft\n>>>>>>> x"
    ).encode(),
    "0006-binary.md": b"# Binary\0\x01\x02",
    "0007-huge.md": (record("Huge") + "word " * 300_000).encode(),
    "0008-empty.md": b"",
    "0009-form.md": record("[short title of the problem]").encode(),
    "0010-text.md": b"# Thoughts\n\nSome.\n",
    "README.md": b"# Records\n\nHow to.\n",
    "0011-plain.md": record("Plain").partition("Date:")[0].encode()
    + b"## Decision\n\nWe will do it plainly.\n",
    "0012-big.md": (
        record("Big") + "\n## Notes\n\n" + "Some more words on it.\n\n" * 35_000
    ).encode(),
}


async def test_what_is_wrong_with_one_file_is_told_and_the_others_are_imported(
    workshop: Workshop,
) -> None:
    for name, data in HARMED.items():
        workshop.write(f"{FOLDER}/{name}", data)
    async with workshop.open() as project:
        report = await imported(project, dry_run=True)

        told = {Path(each.path).name: each for each in report.files}
        said = {
            name: [f"{problem.line}: {problem.text}" for problem in each.problems]
            for name, each in told.items()
            if each.problems
        }
        assert {
            n: (e.reason, e.line) for n, e in told.items() if e.outcome is Outcome.UNPARSED
        } == {
            "0005-conflict.md": ("holds a merge conflict", 7),
            "0006-binary.md": ("is not text", None),
            "0007-huge.md": ("is larger than the limit", None),
            "0008-empty.md": ("has neither a title nor a section that says what was decided", None),
            "0009-form.md": ("is a template that is not filled in", None),
        }
        assert said == {
            "0001-no-status.md": ["1: No status is stated."],
            "0002-two.md": [
                "8: Several statuses are stated: rejected (line 3), accepted (line 8)."
            ],
            "0004-latin.md": ["1: It is not UTF-8; it was read as Windows' Western alphabet."],
            "0010-text.md": ["1: No status is stated.", "1: No section says what was decided."],
            "0011-plain.md": ["1: No status is stated."],
        }
        assert report.count(Outcome.NEW) == 7


async def test_a_record_in_conflict_keeps_what_was_known_of_it(workshop: Workshop) -> None:
    workshop.write(f"{FOLDER}/0005-conflict.md", record("Use A"))
    async with workshop.open() as project:
        await imported(project)
        workshop.write(f"{FOLDER}/0005-conflict.md", HARMED["0005-conflict.md"])

        await imported(project)

        assert (await decisions(project))["ADR-5 Use A"].status is Status.ACTIVE


async def test_a_folder_outside_is_imported_and_init_leaves_it_alone(
    workshop: Workshop, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "0001-a.md").write_text(record("Use A"))
    (shared / "0002-b.md").write_text(record("Use B", "Superseded by ADR-1"))
    async with workshop.open() as project:
        first = await imported(project, shared)
        await project.learn(await project.plan_learning())
        second = await imported(project, shared)

        found = await decisions(project)
        assert [each.path for each in first.files] == [
            f"{shared}/0001-a.md",
            f"{shared}/0002-b.md",
        ]
        assert second.count(Outcome.UNCHANGED) == 2
        assert found["ADR-1 Use A"].status is Status.ACTIVE
        assert found["ADR-2 Use B"].status is Status.SUPERSEDED


async def test_what_lies_in_other_folders_is_left_alone(workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nIt sells shoes to people.\n")
    workshop.write("web/adr/0001-w.md", record("Use W"))
    workshop.write(f"{FOLDER}/0001-a.md", record("Use A"))
    async with workshop.open() as project:
        await project.learn(await project.plan_learning())
        before = await project.memories.documents()

        report = await imported(project)

        assert outcomes(report) == {"0001-a.md": "unchanged"}
        assert await project.memories.documents() == before


async def test_a_record_without_a_date_has_the_day_it_was_committed(workshop: Workshop) -> None:
    text = record("Use A").replace("Date: 2024-03-01\n\n", "")
    workshop.write(f"{FOLDER}/0001-a.md", text)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Add", "--date", "2023-05-06T00:00:00Z")
    async with workshop.open() as project:
        await imported(project)

        assert (await decisions(project))["ADR-1 Use A"].created_at == 1683331200.0


async def test_a_folder_that_is_not_there_is_refused(workshop: Workshop) -> None:
    async with workshop.open() as project:
        with pytest.raises(InvalidValue, match="is not a folder"):
            await imported(project, project.root / "gone")


async def test_what_a_record_governs_is_kept_with_its_decision(workshop: Workshop) -> None:
    head = "---\ngoverns: [src/store/**]\nsymbols: [Engine.search]\n---\n"
    workshop.write(f"{FOLDER}/0001-a.md", head + record("Use A"))
    async with workshop.open() as project:
        await imported(project)

        found = (await decisions(project))["ADR-1 Use A"]
        assert [anchor.path for anchor in found.anchors] == ["src/store/**"]
        assert found.attributes["symbols"] == "Engine.search"
