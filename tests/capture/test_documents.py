"""Learning a real repository: what is stored, what changes, what goes."""

import asyncio
from dataclasses import replace

import pytest

from featherchat.capture.documents import Learner
from featherchat.commands import memories as verbs
from featherchat.memory import Kind, Memory, RelationType, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.workshop import ALL, Workshop, files_with, learn, living

pytestmark = pytest.mark.anyio

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"

NYGARD = """\
# 1. Use PostgreSQL

Date: 2024-03-01

## Status

Accepted

## Context

Orders need transactions across three tables.

## Decision

We will use PostgreSQL for every service.

## Consequences

One more server to run.
"""

MADR = """\
---
status: accepted
date: 2024-05-02
---

# Cache sessions in Redis

## Context and Problem Statement

Session lookups take forty milliseconds.

## Considered Options

* Redis
* Memcached

## Decision Outcome

Chosen option: "Redis", because it survives a restart.

## Pros and Cons of the Options

### Memcached

* Bad, because it forgets everything at a restart.
"""

LOG4BRAINS = """\
# Deploy with Helm

- Status: accepted
- Date: 2024-06-03

## Context and Problem Statement

Plain manifests drifted between clusters.

## Decision Outcome

Helm charts describe every deployment.
"""


def superseding(number: int, title: str, old: str) -> str:
    return (
        f"# {number}. {title}\n\nDate: 2025-01-0{number}\n\n## Status\n\nAccepted\n\n"
        f"Supersedes [{old}]({old})\n\n## Context\n\nTimes change.\n\n"
        f"## Decision\n\nWe will {title.lower()}.\n\n## Consequences\n\nLess to run.\n"
    )


def by_path(found: list[Memory]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for memory in found:
        kinds.setdefault(memory.source.path or "", set()).add(memory.kind)
    return kinds


async def the_decision(project: Project, title: str) -> Memory:
    found = await project.memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
    return next(memory for memory in found if title in memory.title)


async def test_the_kind_follows_from_the_document(workshop: Workshop) -> None:
    for path, text in {
        "README.md": "# Shop\n\nSells feathers all over the world.\n",
        "ARCHITECTURE.md": "# Parts\n\nThree services behind a gateway.\n",
        "CONTRIBUTING.md": "# How\n\nRun the linter before each commit.\n",
        "AGENTS.md": "# Agents\n\nNever touch the migrations folder.\n",
        "CLAUDE.md": "# Claude\n\nPrefer small functions in this tree.\n",
        "docs/guide/setup.md": "# Setup\n\nInstall the tools with make.\n",
        "src/notes.md": "# Notes\n\nNot a document of the project.\n",
    }.items():
        workshop.write(path, text)
    async with workshop.open() as project:
        await learn(project)

        kinds = by_path(await project.memories.find(ALL))

    assert kinds == {
        "README.md": {"overview"},
        "ARCHITECTURE.md": {"architecture"},
        "CONTRIBUTING.md": {"convention"},
        "AGENTS.md": {"convention"},
        "CLAUDE.md": {"convention"},
        "docs/guide/setup.md": {"overview"},
    }


@pytest.mark.parametrize(
    ("path", "text", "title"),
    [
        ("doc/adr/0001-use-postgresql.md", NYGARD, "Use PostgreSQL"),
        ("docs/decisions/0002-cache-sessions.md", MADR, "Cache sessions in Redis"),
        ("docs/adr/20240603-deploy-with-helm.md", LOG4BRAINS, "Deploy with Helm"),
    ],
)
async def test_a_record_becomes_a_decision_with_its_reasons(
    workshop: Workshop, path: str, text: str, title: str
) -> None:
    workshop.write(path, text)
    async with workshop.open() as project:
        report = await learn(project)

        decision = await the_decision(project, title)
        edges = await project.memories.edges_of([decision.id])
        parts = await project.memories.get([edge.target_id for edge in edges])

    assert report.records == 1
    assert decision.adr_status == "accepted"
    assert decision.importance == 2.0
    assert Kind.RATIONALE in {part.kind for part in parts.values()}
    assert all(edge.source_id == decision.id for edge in edges)


async def test_a_rejected_option_stands_against_the_decision(workshop: Workshop) -> None:
    workshop.write("docs/decisions/0002-cache-sessions.md", MADR)
    async with workshop.open() as project:
        await learn(project)

        decision = await the_decision(project, "Redis")
        edges = await project.memories.edges_of([decision.id])
        against = [e.target_id for e in edges if e.relation == RelationType.CONTRADICTS]
        (option,) = (await project.memories.get(against)).values()

    assert option.kind == Kind.ALTERNATIVE
    assert "Memcached" in option.text
    assert "forgets everything" in option.text


async def test_a_piece_says_where_it_comes_from(workshop: Workshop) -> None:
    workshop.write(
        "docs/guide.md", "# Guide\n\nIntro words stand here.\n\n## Setup\n\nRun make all twice.\n"
    )
    async with workshop.open() as project:
        await learn(project)

        memory = next(m for text, m in (await living(project)).items() if "make all" in text)

    assert memory.source.author == "document"
    assert memory.source.path == "docs/guide.md"
    assert memory.source.heading == "Guide › Setup"
    assert memory.source.line == 7


async def test_a_second_run_stores_nothing(workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    async with workshop.open() as project:
        await learn(project)
        before = await project.memories.ask(lambda store: store.database.revision)

        report = await learn(project)

        after = await project.memories.ask(lambda store: store.database.revision)
    assert (report.new, report.changed, report.retired, report.unchanged) == (0, 0, 0, 2)
    assert after == before


async def test_a_changed_document_changes_only_its_own_memories(workshop: Workshop) -> None:
    guide = "# Guide\n\n## One\n\nThe first step is to clone.\n\n## Two\n\nThe second is make.\n"
    workshop.write("docs/guide.md", guide)
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    async with workshop.open() as project:
        await learn(project)
        before = {memory.id: memory for memory in await project.memories.find(ALL)}
        workshop.write("docs/guide.md", guide.replace("second is make", "second is ninja"))

        report = await learn(project)

        after = {memory.id: memory for memory in await project.memories.find(ALL)}
    changed = [memory_id for memory_id in after if after[memory_id].text != before[memory_id].text]
    assert (report.new, report.changed, report.retired) == (0, 2, 0)
    assert after.keys() == before.keys()
    assert [after[memory_id].text for memory_id in changed] == [
        before[changed[0]].text.replace("make", "ninja")
    ]


async def test_what_a_person_did_to_a_piece_outlives_a_change_of_its_document(
    workshop: Workshop,
) -> None:
    workshop.write(
        "README.md", "# Shop\n\nSells feathers to writers.\n\n## More\n\nOther words stand here.\n"
    )
    async with workshop.open() as project:
        await learn(project)
        piece = next(m for t, m in (await living(project)).items() if "feathers" in t)
        await verbs.pin(project, piece.id, pinned=True)
        await project.memories.ask(lambda store: store.reinforce({piece.id: 3}, 7.0))
        workshop.write(
            "README.md",
            "# Shop\n\nSells quills to writers.\n\n## More\n\nOther words stand here.\n",
        )

        await learn(project)

        after = (await project.memories.get([piece.id]))[piece.id]
    assert "quills" in after.text
    assert after.pinned
    assert (after.recall_count, after.recalled_at) == (3, 7.0)


@pytest.mark.parametrize("staged", [True, False], ids=["removed from git", "only deleted"])
async def test_a_deleted_document_retires_its_memories(workshop: Workshop, staged: bool) -> None:
    file = workshop.write("docs/old.md", "# Old\n\nNobody needs this any more.\n")
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    async with workshop.open() as project:
        await learn(project)
        file.unlink()
        if staged:
            workshop.git("add", "--all")

        plan = await project.plan_learning()
        report = await learn(project)

        texts = await living(project)
    assert plan.gone == ("docs/old.md",)
    assert report.retired == 1
    assert not any("Nobody needs" in text for text in texts)


async def test_a_document_that_comes_back_is_learnt_again(workshop: Workshop) -> None:
    text = "# Old\n\nNobody needs this any more.\n"
    file = workshop.write("docs/old.md", text)
    async with workshop.open() as project:
        await learn(project)
        file.unlink()
        await learn(project)
        workshop.write("docs/old.md", text)

        await learn(project)

        assert any("Nobody needs" in text for text in await living(project))


async def test_ignored_files_are_not_read(workshop: Workshop) -> None:
    workshop.write(".gitignore", "docs/private/\n")
    workshop.write("docs/private/plan.md", "# Plan\n\nThe takeover is on Monday.\n")
    workshop.write("docs/public.md", "# Public\n\nWe sell feathers.\n")
    async with workshop.open() as project:
        plan = await project.plan_learning()

    assert [each.file.path for each in plan.documents] == ["docs/public.md"]
    assert plan.skipped == ()


async def test_what_cannot_be_read_is_skipped_and_named(workshop: Workshop) -> None:
    workshop.write("docs/picture.txt", b"\x89PNG\x00\x01")
    workshop.write("docs/huge.md", "word " * 210_000)
    workshop.write("docs/secrets.txt", "nothing here")
    workshop.write("docs/latin.md", "# Café\n\nWe drink coffee here.\n".encode("cp1252"))
    async with workshop.open() as project:
        plan = await project.plan_learning()
        await learn(project)

        texts = await living(project)
    assert {skipped.path: str(skipped.reason) for skipped in plan.skipped} == {
        "docs/picture.txt": "is not text",
        "docs/huge.md": "is larger than the limit",
        "docs/secrets.txt": "may hold secrets",
    }
    assert ["drink coffee" in text for text in texts] == [True]


async def test_globs_and_caps_come_from_the_settings(workshop: Workshop) -> None:
    for name in ("a", "b", "c"):
        workshop.write(f"notes/deep/{name}.md", f"# {name}\n\nWords about {name} stand here.\n")
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.configure(
        '[learn]\ninclude = ["notes/**/*.md"]\nexclude = ["notes/**/b.md"]\nmax_documents = 1\n'
    )
    async with workshop.open() as project:
        plan = await project.plan_learning()

    assert [each.file.path for each in plan.documents] == ["notes/deep/a.md"]
    assert plan.over_limit == 1


@pytest.mark.parametrize(
    "text",
    [
        f"# Setup\n\nExport ANTHROPIC_API_KEY={KEY} before all else.\n",
        f"# The key {KEY}\n\nIt stands in the heading.\n",
    ],
    ids=["text", "heading"],
)
async def test_a_secret_in_a_document_never_reaches_the_disk(workshop: Workshop, text: str) -> None:
    workshop.write("docs/setup.md", text)
    async with workshop.open() as project:
        await learn(project)

        found = await project.memories.find(ALL)
    assert found
    assert files_with(workshop.home, KEY.encode()) == []


async def test_a_secret_in_a_record_never_reaches_the_disk(workshop: Workshop) -> None:
    text = MADR.replace("* Memcached", f"* Memcached {KEY}").replace(
        "### Memcached", f"### Memcached {KEY}"
    )
    text += f"\n## Token {KEY}\n\nSee above.\n"
    workshop.write("docs/decisions/0002-cache-sessions.md", text)
    async with workshop.open() as project:
        await learn(project)

    assert files_with(workshop.home, KEY.encode()) == []


async def test_a_record_that_replaces_another_marks_it_with_all_its_parts(
    workshop: Workshop,
) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )
    async with workshop.open() as project:
        report = await learn(project)

        old, new = [await the_decision(project, title) for title in ("PostgreSQL", "SQLite")]
        edges = await project.memories.edges_of([old.id])
        parts = await project.memories.get([e.target_id for e in edges if e.source_id == old.id])
    assert report.links == 1
    assert (new.id, old.id) in {
        (e.source_id, e.target_id) for e in edges if e.relation == RelationType.SUPERSEDES
    }
    assert (old.status, old.adr_status) == (Status.SUPERSEDED, "superseded")
    assert old.valid_to is not None
    assert {part.status for part in parts.values()} == {Status.SUPERSEDED}
    assert new.status is Status.ACTIVE


async def test_a_superseded_record_stays_so_when_only_it_changes(workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )
    async with workshop.open() as project:
        await learn(project)
        since = (await the_decision(project, "PostgreSQL")).valid_to
        workshop.clock.advance(days=3)  # type: ignore[attr-defined]
        workshop.write(
            "doc/adr/0001-use-postgresql.md", NYGARD.replace("every service", "all services")
        )

        await learn(project)

        old = await the_decision(project, "PostgreSQL")
    assert "all services" in old.text
    assert (old.status, old.adr_status, old.valid_to) == (Status.SUPERSEDED, "superseded", since)


async def test_a_link_to_a_record_that_comes_later_is_found_then(workshop: Workshop) -> None:
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )
    async with workshop.open() as project:
        await learn(project)
        workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)

        await learn(project)

        assert (await the_decision(project, "PostgreSQL")).status is Status.SUPERSEDED


async def test_a_whole_init_is_one_undo(workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )
    async with workshop.open() as project:
        await verbs.remember(project, "Something that was said before.")
        report = await learn(project)

        undone = await verbs.undo(project)

        left = await project.memories.find(ALL)
        again = await project.plan_learning()
    assert undone.operation == report.operation
    assert [memory.text for memory in left] == ["Something that was said before."]
    assert len(again.documents) == 3


async def test_an_interrupted_init_goes_on_with_its_links(workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )

    def stop(done: int, total: int) -> None:
        raise asyncio.CancelledError

    async with workshop.open() as project:
        with pytest.raises(asyncio.CancelledError):
            await project.learn(await project.plan_learning(), stop)
        half = await project.memories.find(Filter(kinds=(Kind.DECISION,)))

        await learn(project)

        old = await the_decision(project, "PostgreSQL")
    assert len(half) == 1
    assert old.status is Status.SUPERSEDED


async def test_links_are_found_when_init_was_interrupted_before_them(workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD)
    workshop.write(
        "doc/adr/0002-use-sqlite.md", superseding(2, "Use SQLite", "0001-use-postgresql.md")
    )

    def stop_at_the_end(done: int, total: int) -> None:
        if done == total:
            raise asyncio.CancelledError

    async with workshop.open() as project:
        with pytest.raises(asyncio.CancelledError):
            await project.learn(await project.plan_learning(), stop_at_the_end)

        await learn(project)

        assert (await the_decision(project, "PostgreSQL")).status is Status.SUPERSEDED


@pytest.mark.parametrize("hard", [False, True])
async def test_a_forgotten_piece_is_not_learnt_again(workshop: Workshop, hard: bool) -> None:
    text = "# Shop\n\n## One\n\nSells feathers to writers.\n\n## Two\n\nShips them on Monday.\n"
    workshop.write("README.md", text)
    async with workshop.open() as project:
        await learn(project)
        piece = next(m for t, m in (await living(project)).items() if "feathers" in t)
        await verbs.forget(project, [piece.id], hard=hard)
        workshop.write("README.md", text.replace("Monday", "Friday"))

        await learn(project)

        texts = await living(project)
    assert any("Friday" in text for text in texts)
    assert not any("feathers" in text for text in texts)


async def test_an_edited_piece_is_only_replaced_when_its_document_changes_there(
    workshop: Workshop,
) -> None:
    text = "# Shop\n\n## One\n\nSells feathers to writers.\n\n## Two\n\nShips them on Monday.\n"
    workshop.write("README.md", text)
    async with workshop.open() as project:
        await learn(project)
        piece = next(m for t, m in (await living(project)).items() if "feathers" in t)

        (edited,) = (await verbs.edit(project, piece.id, "Sells the finest feathers.")).stored
        await learn(project)

        after = (await project.memories.get([piece.id]))[piece.id]
    assert after == edited


async def test_the_same_words_in_two_documents_are_one_memory(workshop: Workshop) -> None:
    workshop.write("docs/a.md", "# Shop\n\nSells feathers to writers.\n")
    twin = workshop.write("docs/b.md", "# Shop\n\nSells feathers to writers.\n")
    async with workshop.open() as project:
        await learn(project)
        before = await living(project)
        twin.unlink()

        await learn(project)

        after = await living(project)
    assert len(before) == 1
    assert after.keys() == before.keys()


async def test_a_record_without_a_date_has_the_day_of_its_first_commit(workshop: Workshop) -> None:
    workshop.write("doc/adr/0001-use-postgresql.md", NYGARD.replace("Date: 2024-03-01\n\n", ""))
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start", "--date", "2023-05-06T00:00:00Z")
    async with workshop.open() as project:
        await learn(project)

        decision = await the_decision(project, "PostgreSQL")
    assert decision.created_at == 1_683_331_200.0


async def test_a_plan_that_is_carried_out_twice_stores_once(workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    async with workshop.open() as project:
        plan = await project.plan_learning()
        learner = Learner(project.memories, project.clock, project.developer)
        await learner.learn(plan, {})
        first = await living(project)

        await learner.learn(replace(plan), {})

        assert await living(project) == first
