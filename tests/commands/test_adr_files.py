"""Decisions as records: planned, shown, written; nothing but what was asked changes."""

from pathlib import Path

import pytest

from featherchat.commands import memories as verbs
from featherchat.commands.adr_changes import Verb, change_status, link, supersede
from featherchat.commands.adr_files import apply, plan_filed, plan_write
from featherchat.commands.decisions import (
    NewDecision,
    list_decisions,
    new_decision,
    show_decision,
)
from featherchat.decisions import Decision, LinkRequest, Option, parse
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus
from featherchat.project import Project
from tests.workshop import ALL, Workshop, learn

pytestmark = pytest.mark.anyio

NYGARD = """\
# {number}. {title}

Date: 2024-03-01

## Status

{status}

## Context

It was needed.

## Decision

We will do {title} from now on.
"""
HELM = Decision(
    "Deploy with Helm",
    status=AdrStatus.ACCEPTED,
    context="Manifests drifted.",
    drivers=("few tools",),
    options=(
        Option("Helm", pros=("charts are known",), chosen=True),
        Option("Kustomize", reason="overlays got lost"),
    ),
    outcome="Helm",
    because="it has releases",
    consequences="Charts are reviewed.",
    confirmation="helm lint runs.",
    deciders=("Ann", "Bob"),
    governs=("deploy/**",),
)


def nygard(number: int, title: str, status: str = "Accepted") -> str:
    return NYGARD.format(number=number, title=title, status=status)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and ".git" not in file.relative_to(folder).parts
    }


async def record(project: Project, decision: Decision, **given: object) -> str:
    view = await new_decision(project, NewDecision(decision, **given))  # type: ignore[arg-type]
    return view.memory.id


async def test_an_empty_repository_gets_madr_with_every_field(workshop: Workshop) -> None:
    async with workshop.open() as project:
        memory_id = await record(project, HELM)

        plan = await plan_write(project)
        before = contents(workshop.root)
        names = await apply(project, plan)

    text = (workshop.root / names[0]).read_text(encoding="utf-8")
    read = parse(text, names[0])
    assert before == {}
    assert names == ("docs/decisions/0001-deploy-with-helm.md",)
    assert f"featherchat-id: {memory_id}" in text
    assert (read.status, read.context, read.drivers) == (HELM.status, HELM.context, HELM.drivers)
    assert (read.options, read.outcome, read.because) == (HELM.options, "Helm", HELM.because)
    assert (read.consequences, read.confirmation) == (HELM.consequences, HELM.confirmation)
    assert (read.deciders, read.governs) == (HELM.deciders, HELM.governs)


async def test_what_was_learnt_from_files_is_not_written_back(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    workshop.write("docs/adr/0002-b.md", nygard(2, "B", "Accepted\n\nSupersedes [1. A](0001-a.md)"))
    async with workshop.open() as project:
        await learn(project)
        every = [view.memory.id for view in await list_decisions(project)]

        plan = await plan_write(project, every)

        assert (plan.changes, plan.left) == ((), ())
        assert (await plan_write(project)).changes == ()


async def test_the_folder_its_numbers_and_its_form_are_kept(workshop: Workshop) -> None:
    workshop.write("doc/adr/007-a.md", nygard(7, "A"))
    async with workshop.open() as project:
        await learn(project)
        await record(project, HELM)
        await record(project, Decision("Use charts"))

        plan = await plan_write(project)

    assert plan.names == ("doc/adr/008-deploy-with-helm.md", "doc/adr/009-use-charts.md")
    assert b"# 8. Deploy with Helm\n" in plan.changes[0].after
    assert b"## Status\n\nAccepted\n" in plan.changes[0].after


async def test_only_the_status_of_a_file_changes(workshop: Workshop) -> None:
    text = nygard(1, "A", "Proposed").replace("\n", "\r\n").rstrip()
    place = workshop.write("docs/adr/0001-a.md", b"\xef\xbb\xbf" + text.encode())
    async with workshop.open() as project:
        await learn(project)
        changed = await change_status(project, "1", Verb.ACCEPT)

        plan = await plan_filed(project, [view.memory for view in changed.views])
        await apply(project, plan)
        again = await plan_filed(project, [view.memory for view in changed.views])

    assert place.read_bytes() == b"\xef\xbb\xbf" + text.replace("Proposed", "Accepted").encode()
    assert again.changes == ()


async def test_both_ends_of_a_supersession_are_written(workshop: Workshop) -> None:
    old = workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    new = workshop.write("docs/adr/0002-b.md", nygard(2, "B"))
    async with workshop.open() as project:
        await learn(project)
        changed = await supersede(project, "1", "2")

        await apply(project, await plan_filed(project, [view.memory for view in changed.views]))

    assert old.read_text() == nygard(1, "A", "Superseded by [2. B](0002-b.md)")
    assert new.read_text() == nygard(2, "B", "Accepted\n\nSupersedes [1. A](0001-a.md)")


async def test_both_ends_of_a_link_are_written_in_its_words(workshop: Workshop) -> None:
    one = workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    other = workshop.write("docs/adr/0002-b.md", nygard(2, "B"))
    async with workshop.open() as project:
        await learn(project)
        changed = await link(project, "2", "Amends", "1")

        await apply(project, await plan_filed(project, [view.memory for view in changed.views]))
        again = await plan_write(project, ["1", "2"])

    assert other.read_text() == nygard(2, "B", "Accepted\n\nAmends [1. A](0001-a.md)")
    assert one.read_text() == nygard(1, "A", "Accepted\n\nAmended by [2. B](0002-b.md)")
    assert again.changes == ()


async def test_a_new_record_is_named_by_the_one_it_supersedes(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    async with workshop.open() as project:
        await learn(project)
        links = (LinkRequest("1", "Clarifies", "Clarified by"),)
        await record(project, HELM, supersedes=("1",), links=links)

        plan = await plan_write(project)

    new, old = (change.after.decode() for change in plan.changes)
    assert "Supersedes [1. A](0001-a.md)" in new
    assert "Clarifies [1. A](0001-a.md)" in new
    assert "Superseded by [2. Deploy with Helm](0002-deploy-with-helm.md)" in old
    assert "Clarified by [2. Deploy with Helm](0002-deploy-with-helm.md)" in old


async def test_a_link_to_what_has_no_file_is_left_out_and_named(workshop: Workshop) -> None:
    async with workshop.open() as project:
        other = await record(project, Decision("Use charts"))
        helm = await record(project, HELM, links=(LinkRequest(other, "Amends", "Amended by"),))

        alone = await plan_write(project, [helm])
        both = await plan_write(project)

    assert [each.title for each in alone.left] == ["Use charts"]
    assert both.left == ()
    assert b"Amends" in both.changes[1].after


async def test_a_file_that_changed_since_it_was_learnt_is_left_alone(workshop: Workshop) -> None:
    place = workshop.write("docs/adr/0001-a.md", nygard(1, "A", "Proposed"))
    async with workshop.open() as project:
        await learn(project)
        changed = await change_status(project, "1", Verb.ACCEPT)
        place.write_text(nygard(1, "A", "Proposed") + "\nMore.\n")
        edited = await plan_filed(project, [view.memory for view in changed.views])
        place.unlink()
        gone = await plan_filed(project, [view.memory for view in changed.views])

    assert (edited.changes, gone.changes) == ((), ())
    assert "has changed; run adr import" in edited.left[0].reason
    assert "is gone; run adr import" in gone.left[0].reason


async def test_a_file_that_appears_after_the_plan_is_not_written_over(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await record(project, HELM)
        plan = await plan_write(project)
        mine = workshop.write(plan.names[0], "mine\n")

        with pytest.raises(InvalidValue):
            await apply(project, plan)

    assert mine.read_text() == "mine\n"


async def test_a_number_that_is_taken_after_the_plan_is_not_given_twice(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        await record(project, HELM)
        plan = await plan_write(project)
        workshop.write("docs/decisions/0001-other.md", nygard(1, "Other"))

        with pytest.raises(InvalidValue, match="has the number 1 by now"):
            await apply(project, plan)
        again = await plan_write(project)

    assert again.names == ("docs/decisions/0002-deploy-with-helm.md",)


async def test_the_number_that_origin_has_is_not_given_again(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    workshop.write("docs/adr/0002-b.md", nygard(2, "B"))
    workshop.git("add", ".")
    workshop.git("commit", "--quiet", "-m", "Two records")
    workshop.git("update-ref", "refs/remotes/origin/main", "HEAD")
    workshop.git("rm", "--quiet", "docs/adr/0002-b.md")
    async with workshop.open() as project:
        await record(project, HELM)

        plan = await plan_write(project)

    assert plan.names == ("docs/adr/0003-deploy-with-helm.md",)


async def test_a_written_decision_and_its_file_are_one(workshop: Workshop) -> None:
    async with workshop.open() as project:
        memory_id = await record(project, HELM)
        (name,) = await apply(project, await plan_write(project))
        written = await project.memories.find(ALL)

        report = await learn(project)
        again = await plan_write(project, ["ADR-1"])
        view = await show_decision(project, name)

        assert (report.new, report.changed, report.retired) == (0, 0, 0)
        assert await project.memories.find(ALL) == written
        assert (view.memory.id, view.memory.title) == (memory_id, "ADR-1 Deploy with Helm")
        assert [source.path for source in view.memory.sources] == [name]
        assert again.changes == ()


async def test_a_written_file_that_is_edited_is_a_new_version_of_its_decision(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        memory_id = await record(project, HELM)
        (name,) = await apply(project, await plan_write(project))
        place = workshop.root / name
        place.write_text(place.read_text().replace("accepted", "deprecated"))

        await learn(project)

        (view,) = await list_decisions(project)
        assert (view.memory.id, view.memory.adr_status) == (memory_id, "deprecated")


async def test_a_folder_that_a_person_names_is_used(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await record(project, HELM)

        plan = await plan_write(project, folder="notes/adr/")

        assert plan.names == ("notes/adr/0001-deploy-with-helm.md",)
        with pytest.raises(InvalidValue):
            await plan_write(project, folder="../elsewhere")


async def test_one_undo_takes_back_what_memory_noted_of_the_files(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-a.md", nygard(1, "A"))
    async with workshop.open() as project:
        await learn(project)
        memory_id = await record(project, HELM, supersedes=("1",))
        names = await apply(project, await plan_write(project))

        undone = await verbs.undo(project)

        assert undone.reason.startswith(f"wrote {', '.join(names)}")
        assert (await show_decision(project, memory_id)).memory.title == "Deploy with Helm"
        assert all((workshop.root / name).exists() for name in names)


async def test_a_line_with_a_secret_is_not_written_and_the_rest_is(workshop: Workshop) -> None:
    secret = "AKIA" + "Q3EGTWZ4LNVY7P2M"
    workshop.write("docs/adr/0001-a.md", nygard(1, f"Use the key {secret}"))
    place = workshop.write("docs/adr/0002-b.md", nygard(2, "B"))
    async with workshop.open() as project:
        await learn(project)
        changed = await link(project, "2", "Amends", "1")

        plan = await plan_filed(project, [view.memory for view in changed.views])
        await apply(project, plan)

    assert plan.names == ("docs/adr/0001-a.md",)
    assert [each.title for each in plan.left] == ["docs/adr/0002-b.md"]
    assert "holds a secret" in plan.left[0].reason
    assert secret not in plan.left[0].reason
    assert place.read_text() == nygard(2, "B")
