"""The small rules that every verb shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.commands import memories as verbs
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import MAX_TEXT
from tests.workshop import ALL, Workshop

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("decision", "decision"),
        ("Decisions", "decision"),
        ("bug-fixes", "bug_fix"),
        ("dead end", "dead_end"),
        ("code-changes", "code_change"),
        ("preferences", "preference"),
        ("Glossary Entries", "glossary_entries"),
        ("  ", "conversation"),
    ],
)
async def test_a_kind_may_be_plural_and_hyphenated(said: str, kind: str) -> None:
    assert verbs.normalized_kind(said) == kind


async def test_a_title_is_the_first_line_without_its_marks() -> None:
    assert verbs.title_of("\n\n## The plan #\nmore") == "The plan"
    assert verbs.title_of("x" * 100) == "x" * 79 + "…"


@given(st.text())
async def test_a_title_is_one_short_line(text: str) -> None:
    title = verbs.title_of(text)

    assert len(title) <= 80
    assert len(title.splitlines()) <= 1


@pytest.mark.parametrize("text", ["", " ", "x" * (MAX_TEXT + 1)])
async def test_a_text_that_cannot_be_kept_changes_nothing(workshop: Workshop, text: str) -> None:
    async with workshop.open() as project:
        (memory,) = (await verbs.remember(project, "Ships on Monday.")).stored

        with pytest.raises(InvalidValue):
            await verbs.remember(project, text)
        with pytest.raises(InvalidValue):
            await verbs.edit(project, memory.id, text)

        assert await project.memories.find(ALL) == [memory]


async def test_a_mark_in_brackets_means_its_memory(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (memory,) = (await verbs.remember(project, "Ships on Monday.")).stored

        assert await verbs.the_memory(project, f"[m:{memory.id[-6:].lower()}]") == memory
        with pytest.raises(NothingFound):
            await verbs.the_memory(project, "[m:]")


async def test_an_edited_title_follows_the_text_unless_it_was_given(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (plain,) = (await verbs.remember(project, "Ships on Monday.")).stored
        (named,) = (await verbs.remember(project, "Use Helm.", title="Deployment")).stored

        (after_plain,) = (await verbs.edit(project, plain.id, "Ships on Friday.")).stored
        (after_named,) = (await verbs.edit(project, named.id, "Use Kustomize.")).stored

    assert after_plain.title == "Ships on Friday."
    assert after_named.title == "Deployment"


async def test_a_record_for_programs_has_its_stable_fields(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, "We chose usearch over FAISS.", kind="decision")
        recall = await verbs.search(project, verbs.Question("usearch FAISS"))

    (found,) = [verbs.to_record(each) for each in recall.found]
    assert list(found)[:8] == [
        "id",
        "kind",
        "title",
        "text",
        "status",
        "score",
        "path",
        "created_at",
    ]


async def test_a_rule_that_is_remembered_does_not_fade_like_talk(workshop: Workshop) -> None:
    async with workshop.open() as project:
        rule = await verbs.remember(project, "Never commit to the main branch.")
        talk = await verbs.remember(project, "The build was slow this morning.")

    assert rule.stored[0].kind == "convention"
    assert talk.stored[0].kind == "conversation"
