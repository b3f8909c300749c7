"""Bugs with their cause and fix, dead ends with their reason, preferences with their scope."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.commands import memories as verbs
from featherchat.commands.fixes import (
    NewDeadEnd,
    NewFix,
    record_dead_end,
    record_fix,
    similar_bugs,
)
from featherchat.commands.lesson_fields import (
    BECAUSE,
    CAUSE,
    FIX,
    PREVENTION,
    fields_in,
    text_of,
)
from featherchat.commands.preferences import Scope, prefer, preferences, scope_words
from featherchat.commands.slash import parse_line, run_line
from featherchat.errors import InvalidValue, NothingFound, UsageError
from featherchat.memory import Kind, RelationType
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"
POOL = NewFix(
    "Connection pool exhausted under load",
    cause="sessions stayed open after a timeout",
    fix="close the session in a finally block",
    prevention="a test counts open connections",
)


async def test_a_fix_is_one_memory_with_its_cause_fix_and_prevention(workshop: Workshop) -> None:
    workshop.write("src/pool.py", "size = 20\n")
    async with workshop.open() as project:
        (decision,) = (
            await verbs.remember(project, "We pool connections.", kind="decision")
        ).stored
        new = NewFix(
            POOL.bug, POOL.cause, POOL.fix, POOL.prevention, ("src/pool.py",), decision.id[-6:]
        )

        lesson = await record_fix(project, new)
        (undone,) = (await verbs.undo(project)).removed

    memory = lesson.memory
    assert (memory.kind, memory.title) == (Kind.BUG_FIX, POOL.bug)
    assert memory.text.splitlines() == [
        "Connection pool exhausted under load",
        "Cause: sessions stayed open after a timeout",
        "Fix: close the session in a finally block",
        "Prevention: a test counts open connections",
    ]
    assert memory.attributes == {
        CAUSE: POOL.cause,
        FIX: POOL.fix,
        PREVENTION: POOL.prevention,
    }
    assert [anchor.path for anchor in memory.anchors] == ["src/pool.py"]
    assert memory.anchors[0].blob is not None
    (link,) = lesson.linked
    assert (link.edge.relation, link.forward) == (RelationType.CAUSED_BY, True)
    assert link.memory.id == decision.id
    assert undone.id == memory.id


async def test_a_bug_that_happened_before_is_named_with_its_fix(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await record_fix(project, POOL)
        await record_fix(project, NewFix("Login button is blue", fix="use the theme"))

        found = await similar_bugs(project, "the connection pool is exhausted")
        lesson = await record_fix(project, NewFix("Connection pool exhausted at night"))
        nothing = await similar_bugs(project, "  ")

    assert [(each.memory.title, each.fix) for each in found] == [(POOL.bug, POOL.fix)]
    assert [each.memory.title for each in lesson.similar] == [POOL.bug]
    assert nothing == ()


async def test_a_bug_in_words_of_its_own_leads_to_one_with_two_in_common(
    workshop: Workshop,
) -> None:
    async with workshop.open(options={"embedder.name": "none"}) as project:
        await record_fix(project, POOL)

        alike = await similar_bugs(project, "connection pools are empty each morning, says the log")
        other = await similar_bugs(project, "the pool of the hotel is empty each morning")

    assert [each.memory.title for each in alike] == [POOL.bug]
    assert other == ()


async def test_looking_for_similar_bugs_neither_writes_nor_counts(workshop: Workshop) -> None:
    async with workshop.open() as project:
        lesson = await record_fix(project, POOL)
        before = await project.memories.ask(lambda store: store.database.revision)

        await similar_bugs(project, POOL.bug)

        after = await project.memories.ask(lambda store: store.database.revision)
        memory = (await project.memories.get([lesson.memory.id]))[lesson.memory.id]

    assert (after, memory.recall_count) == (before, 0)


async def test_an_edited_fix_has_the_fields_of_its_new_text(workshop: Workshop) -> None:
    async with workshop.open() as project:
        lesson = await record_fix(project, POOL)

        text = lesson.memory.text.replace("close the session in a finally block", "use a context")
        (edited,) = (await verbs.edit(project, lesson.memory.id, text)).stored

    assert edited.attributes[FIX] == "use a context"


async def test_a_bug_in_the_same_words_is_known_already(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first = await record_fix(project, POOL)

        again = await record_fix(project, POOL)

    assert (first.known, again.known) == (False, True)
    assert again.memory.id == first.memory.id
    assert again.similar == ()


async def test_a_secret_in_a_fix_is_stored_nowhere(workshop: Workshop) -> None:
    async with workshop.open() as project:
        lesson = await record_fix(project, NewFix("Key leaked", fix=f"revoked {KEY}"))

    assert KEY not in str(lesson.memory)


async def test_a_dead_end_says_why_and_which_decision_it_speaks_for(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (decision,) = (await verbs.remember(project, "We use Redis.", kind="decision")).stored

        new = NewDeadEnd("A write-through cache", "two writers raced", instead_of=decision.id)
        lesson = await record_dead_end(project, new)

    assert lesson.memory.kind == Kind.DEAD_END
    assert lesson.memory.text == "A write-through cache\nIt failed because: two writers raced"
    assert lesson.memory.attributes == {BECAUSE: "two writers raced"}
    (link,) = lesson.linked
    assert (link.edge.relation, link.memory.id) == (RelationType.SUPPORTS, decision.id)


async def test_what_is_not_said_or_not_there_is_refused_and_nothing_is_stored(
    workshop: Workshop,
) -> None:
    async with workshop.open() as project:
        for new in (NewFix(" "), NewFix("x", paths=("../../etc/passwd",))):
            with pytest.raises(InvalidValue):
                await record_fix(project, new)
        with pytest.raises(InvalidValue, match="why"):
            await record_dead_end(project, NewDeadEnd("A cache", ""))
        with pytest.raises(InvalidValue):
            await record_dead_end(project, NewDeadEnd("", "it raced"))
        with pytest.raises(NothingFound):
            await record_fix(project, NewFix("x", caused_by="nothing-there"))

        assert (await project.counts()).total == 0


async def test_a_preference_says_where_it_holds(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await prefer(project, "I like short answers.")
        await prefer(project, "We use uv here.", Scope.PROJECT)

        found = {each.text: scope_words(each) for each in await preferences(project)}
        with pytest.raises(InvalidValue):
            await prefer(project, " ")

    assert found == {"I like short answers.": "all projects", "We use uv here.": "this project"}


async def test_the_same_verbs_stand_behind_a_slash(workshop: Workshop, clock: FixedClock) -> None:
    async with workshop.open() as project:

        async def said(line: str) -> str:
            return await run_line(project, parse_line(line))

        first = await said(f"/bug {POOL.bug} --cause open sessions --fix close the session")
        clock.advance(seconds=SECONDS_PER_DAY)
        second = await said("/bug Connection pool exhausted again under load")
        dead_end = await said("/tried A *write-through* cache --because two writers raced")
        stated = await said("/prefer Short answers --scope project")
        listed = await said("/prefer")
        with pytest.raises(UsageError, match="--fixed"):
            await said("/bug Something --fixed it")
        with pytest.raises(UsageError, match="scope"):
            await said("/prefer Tabs --scope team")

    assert "It happened before" not in first
    assert "It happened before" in second
    assert "fix: close the session" in second
    assert r"A \*write-through\* cache" in dead_end
    assert "this project" in stated
    assert "Short answers" in listed


WORDS = st.text(st.sampled_from("abc ,:-\n"), max_size=20)


@given(first=WORDS, cause=WORDS, fix=WORDS, prevention=WORDS)
def test_fields_survive_the_way_into_a_text_and_back(
    first: str, cause: str, fix: str, prevention: str
) -> None:
    stated = {CAUSE: cause, FIX: fix, PREVENTION: prevention}

    read = fields_in(text_of(first, stated))

    assert read == {name: " ".join(said.split()) for name, said in stated.items() if said.split()}
