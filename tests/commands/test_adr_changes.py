"""Accepting, rejecting, deprecating, superseding and linking decisions."""

from dataclasses import replace

import pytest

from featherchat.commands import memories as verbs
from featherchat.commands.adr_changes import Verb, change_status, link, supersede
from featherchat.commands.decisions import (
    NewDecision,
    list_decisions,
    new_decision,
    show_decision,
    standing,
)
from featherchat.decisions import Decision, LinkRequest, Option
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import AdrStatus, Author, Kind, Source, Status
from featherchat.project import Project
from tests.conftest import MakeCause, MakeMemory
from tests.workshop import ALL, Workshop, learn

pytestmark = pytest.mark.anyio

RECORD = "# 1. Use PostgreSQL\n\n## Status\n\n{}\n\n## Decision\n\nPostgreSQL for every service.\n"


async def decided(project: Project, title: str, **given: object) -> str:
    fields = {"status": AdrStatus.ACCEPTED, **given}
    view = await new_decision(project, NewDecision(Decision(title, **fields)))  # type: ignore[arg-type]
    return view.memory.id


async def texts(project: Project) -> set[tuple[str, str]]:
    return {(each.text, each.status) for each in await project.memories.find(ALL)}


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        (AdrStatus.PROPOSED, Verb.ACCEPT, "accepted"),
        (AdrStatus.REJECTED, Verb.ACCEPT, "accepted"),
        (AdrStatus.PROPOSED, Verb.REJECT, "rejected"),
        (AdrStatus.ACCEPTED, Verb.DEPRECATE, "deprecated"),
    ],
)
async def test_a_status_follows_another_that_it_can_follow(
    workshop: Workshop, before: AdrStatus, verb: Verb, after: str
) -> None:
    async with workshop.open() as project:
        memory_id = await decided(project, "Use Helm", status=before)

        changed = await change_status(project, memory_id, verb)

        assert (changed.before, changed.done) == (before.value, True)
        assert standing((await show_decision(project, "use-helm")).memory) == after


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        (AdrStatus.ACCEPTED, Verb.REJECT),
        (AdrStatus.PROPOSED, Verb.DEPRECATE),
        (AdrStatus.REJECTED, Verb.DEPRECATE),
        (AdrStatus.DEPRECATED, Verb.ACCEPT),
    ],
)
async def test_a_status_that_makes_no_sense_is_refused_with_what_to_do(
    workshop: Workshop, before: AdrStatus, verb: Verb
) -> None:
    async with workshop.open() as project:
        memory_id = await decided(project, "Use Helm", status=before)

        with pytest.raises(InvalidValue, match=f"Use Helm is {before.value}") as refused:
            await change_status(project, memory_id, verb)

        assert refused.value.hint
        assert standing((await show_decision(project, memory_id)).memory) == before.value


async def test_what_is_superseded_cannot_be_accepted_or_superseded_again(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        old, new = await decided(project, "Use Helm"), await decided(project, "Use Kustomize")
        await supersede(project, old, new)

        for change in (
            change_status(project, old, Verb.ACCEPT),
            supersede(project, old, "Use plain manifests"),
            supersede(project, new, old),
        ):
            with pytest.raises(InvalidValue, match="superseded"):
                await change


async def test_the_same_status_twice_changes_nothing(workshop: Workshop) -> None:
    async with workshop.open() as project:
        memory_id = await decided(project, "Use Helm")
        history = await project.memories.history(memory_id)

        changed = await change_status(project, memory_id, Verb.ACCEPT)

        assert not changed.done
        assert await project.memories.history(memory_id) == history


async def test_a_reason_is_kept_with_the_decision(workshop: Workshop) -> None:
    async with workshop.open() as project:
        memory_id = await decided(project, "Use Helm", status=AdrStatus.PROPOSED)

        await change_status(project, memory_id, Verb.REJECT, "Nobody knows it.")

        view = await show_decision(project, memory_id)
        assert view.decision is not None
        assert [(each.title, each.text) for each in view.decision.sections] == [
            ("Why it was rejected", "Nobody knows it.")
        ]


async def test_accepting_a_choice_rejects_the_other_options(workshop: Workshop) -> None:
    options = (Option("Helm", chosen=True), Option("Kustomize"))
    async with workshop.open() as project:
        memory_id = await decided(
            project, "Deploy", status=AdrStatus.PROPOSED, options=options, outcome="Helm"
        )
        before = await texts(project)

        await change_status(project, memory_id, Verb.ACCEPT)
        after = await texts(project)
        await verbs.undo(project)

        assert ("Considered: Kustomize.", Status.ACTIVE) in before
        assert ("Considered: Kustomize.", Status.RETIRED) in after
        assert ("Rejected: Kustomize.", Status.ACTIVE) in after
        assert await texts(project) == before


async def test_a_superseded_decision_falls_with_its_parts_and_one_undo_brings_all_back(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        old = await decided(project, "Use Helm", because="Charts are known.")
        new = await decided(project, "Use Kustomize")
        before = await texts(project)

        changed = await supersede(project, old, new)
        fallen = await project.memories.get([old])
        (link_between,) = changed.views[0].relations
        await verbs.undo(project)

        assert fallen[old].status is Status.SUPERSEDED
        assert fallen[old].valid_to == project.clock.now()
        assert (link_between.edge.relation, link_between.forward) == ("supersedes", False)
        assert await texts(project) == before
        assert (await show_decision(project, old)).relations == ()


async def test_a_title_that_is_not_known_supersedes_as_a_new_accepted_decision(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        old = await decided(project, "Use Helm")

        changed = await supersede(project, old, "Use Kustomize")

        assert standing(changed.views[0].memory) == "superseded"
        assert standing(changed.views[1].memory) == "accepted"


@pytest.mark.parametrize("missing", ["ADR-9", "12", "m:abcdef", "docs/decisions/0009-x.md"])
async def test_a_reference_to_nothing_is_no_title(workshop: Workshop, missing: str) -> None:
    async with workshop.open() as project:
        old = await decided(project, "Use Helm")

        with pytest.raises(NothingFound):
            await supersede(project, old, missing)

        assert len(await list_decisions(project)) == 1


async def test_a_link_is_read_from_both_ends(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first, second = await decided(project, "Use Helm"), await decided(project, "Use charts")

        changed = await link(project, first, "Amended by", second)
        again = await link(project, second, "amends", first)

        ((here,), (there,)) = (view.relations for view in changed.views)
        assert (here.edge.source_id, here.edge.relation) == (second, "amends")
        assert (here.forward, there.forward) == (False, True)
        assert not again.done


async def test_an_unusual_reverse_is_kept_as_a_link_of_its_own(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first, second = await decided(project, "Use Helm"), await decided(project, "Use charts")

        changed = await link(project, first, "Shapes", second, "Shaped through")

        relations = {each.edge.relation: each.forward for each in changed.views[0].relations}
        assert relations == {"shapes": True, "shaped_through": False}


async def test_a_link_that_says_supersedes_supersedes(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first, second = await decided(project, "Use Helm"), await decided(project, "Use charts")

        await link(project, first, "Superseded by", second)

        assert standing((await show_decision(project, first)).memory) == "superseded"


@pytest.mark.parametrize("relation", ["", "amends; drop", "a b c d e"])
async def test_what_is_no_relation_is_refused(workshop: Workshop, relation: str) -> None:
    async with workshop.open() as project:
        first, second = await decided(project, "Use Helm"), await decided(project, "Use charts")

        with pytest.raises(InvalidValue):
            await link(project, first, relation, second)
        with pytest.raises(InvalidValue):
            await link(project, first, "amends", first)


async def test_a_new_decision_supersedes_and_links_in_one_change(workshop: Workshop) -> None:
    async with workshop.open() as project:
        old, other = await decided(project, "Use Helm"), await decided(project, "Use charts")
        new = NewDecision(
            Decision("Use Kustomize"), (old,), (LinkRequest(other, "Amends", "Amended by"),)
        )

        view = await new_decision(project, new)
        await verbs.undo(project)

        assert {each.edge.relation for each in view.relations} == {"supersedes", "amends"}
        assert standing((await show_decision(project, old)).memory) == "accepted"


async def test_a_new_decision_that_is_linked_as_superseding_supersedes(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        old = await decided(project, "Use Helm")

        def linked(relation: str) -> NewDecision:
            return NewDecision(Decision("Use charts"), (), (LinkRequest(old, relation, ""),))

        with pytest.raises(InvalidValue, match="superseded already"):
            await new_decision(project, linked("Superseded by"))
        await new_decision(project, linked("Supersedes"))

        assert standing((await show_decision(project, old)).memory) == "superseded"


async def test_a_decision_is_called_by_number_file_slug_title_or_id(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-use-postgresql.md", RECORD.format("Proposed"))
    async with workshop.open() as project:
        await learn(project)
        (view,) = await list_decisions(project)

        found = {
            (await show_decision(project, name)).memory.id
            for name in (
                *("ADR-1", "adr 0001", "1", "0001-use-postgresql", "0001-use-postgresql.md"),
                *("docs/adr/0001-use-postgresql.md", "use-postgresql", "Use PostgreSQL"),
                *(view.memory.id, f"m:{view.memory.id[-6:]}"),
            )
        }

        assert found == {view.memory.id}


async def test_a_number_that_two_folders_use_must_be_told_apart(workshop: Workshop) -> None:
    workshop.write("a/docs/adr/0001-use-postgresql.md", RECORD.format("Accepted"))
    workshop.write("b/docs/adr/0001-use-mysql.md", RECORD.replace("PostgreSQL", "MySQL"))
    async with workshop.open() as project:
        await learn(project)

        with pytest.raises(InvalidValue, match="several decisions"):
            await show_decision(project, "ADR-1")
        view = await show_decision(project, "b/docs/adr/0001-use-mysql.md")

        assert view.memory.title == "ADR-1 Use MySQL"


async def test_a_record_from_a_file_changes_its_status_and_keeps_its_parts(
    workshop: Workshop,
) -> None:
    workshop.write("docs/adr/0001-use-postgresql.md", RECORD.format("Proposed"))
    async with workshop.open() as project:
        await learn(project)
        before = await project.memories.find(ALL)

        await change_status(project, "ADR-1", Verb.ACCEPT)

        after = await project.memories.find(ALL)
        assert [each.id for each in after] == [each.id for each in before]
        assert standing((await show_decision(project, "1")).memory) == "accepted"


async def test_what_a_model_proposed_is_accepted_by_a_person_who_stands_for_it(
    workshop: Workshop, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    source = Source(Author.ASSISTANT, workshop.clock.now())
    proposed = a_memory("Use Helm everywhere.", status=Status.CANDIDATE, source=source)
    async with workshop.open() as project:
        await project.memories.remember([proposed], a_cause())

        changed = await change_status(project, proposed.id, Verb.ACCEPT)

        memory = changed.views[0].memory
        assert (changed.before, standing(memory)) == ("unconfirmed", "accepted")
        assert (memory.trust, memory.source.author) == (1.0, Author.USER)


async def test_a_part_of_a_decision_is_no_decision(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await decided(project, "Use Helm", because="Charts are known.")
        (part,) = [m for m in await project.memories.find(ALL) if m.kind == Kind.RATIONALE]

        with pytest.raises(InvalidValue, match="is no decision"):
            await change_status(project, part.id, Verb.ACCEPT)


async def test_secrets_in_any_field_are_redacted(workshop: Workshop) -> None:
    secret = "AKIA" + "Q3EGTWZ4LNVY7P2M"
    async with workshop.open() as project:
        await decided(
            project,
            "Use Helm",
            because=f"key {secret}",
            options=(Option("S3", reason=f"needs {secret}", pros=(f"has {secret}",)),),
        )
        await change_status(project, "use-helm", Verb.DEPRECATE, f"leaked {secret}")

        stored = await project.memories.find(ALL)

        assert len(stored) == 4
        assert not any(secret in f"{m.text}{m.title}{dict(m.attributes)}" for m in stored)


@pytest.mark.parametrize(
    "decision",
    [
        Decision("x" * 201),
        Decision("Use Helm", status=AdrStatus.SUPERSEDED),
        Decision("Use Helm", governs=("../other/x.py",)),
        Decision("Use Helm", context="x" * 20_001),
    ],
)
async def test_what_cannot_be_recorded_changes_nothing(
    workshop: Workshop, decision: Decision
) -> None:
    async with workshop.open() as project:
        with pytest.raises(InvalidValue):
            await new_decision(project, NewDecision(replace(decision)))

        assert await project.memories.find(ALL) == []


async def test_a_decision_governs_files_as_they_are_now(workshop: Workshop) -> None:
    workshop.write("src/db.py", "POOL = 20\n")
    governs = ("src/db.py", "src/pool/**", "./src/db.py#POOL")
    async with workshop.open() as project:
        await new_decision(project, NewDecision(Decision("Pool connections", governs=governs)))

        (view,) = await list_decisions(project)

        paths = [(a.path, a.symbol, a.blob is not None) for a in view.memory.anchors]
        assert paths == [
            ("src/db.py", None, True),
            ("src/pool/**", None, False),
            ("src/db.py", "POOL", True),
        ]
