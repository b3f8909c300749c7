"""A reason that is given at hand stays with the change, and why tells it."""

import pytest

from featherchat.commands import slash, trail
from featherchat.commands.memories import undo
from featherchat.commands.note import note
from featherchat.commands.why import why
from featherchat.errors import InvalidValue
from featherchat.memory import Author, Kind
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.workshop import Workshop

REASON = "The server rejects tokens that live longer than a day"
NOTES = Filter(kinds=(Kind.RATIONALE,))

pytestmark = pytest.mark.anyio


def commit(workshop: Workshop, message: str, *paths: str) -> None:
    workshop.git("add", "--", *(paths or ["."]))
    workshop.git("commit", "--quiet", "--message", message)


@pytest.fixture
def begun(workshop: Workshop) -> Workshop:
    workshop.write("src/a.py", "life = 1\n")
    workshop.write("src/b.py", "other = 1\n")
    commit(workshop, "Start")
    return workshop


async def record(project: Project) -> None:
    assert project.recorder is not None
    await project.recorder.record()


async def reasons(project: Project, place: str) -> list[tuple[str, list[str]]]:
    """Each change that has a reason, with what was said."""
    found = await why(project, place)
    return [
        (step.change.title, [each.text for each in step.notes])
        for step in found.steps
        if step.change and step.notes
    ]


async def test_a_note_belongs_to_the_change_in_progress_and_then_to_its_commit(
    begun: Workshop,
) -> None:
    begun.write("src/a.py", "life = 2\n")

    async with begun.open() as project:
        noted = await note(project, ["src/a.py"], REASON)
        before = await reasons(project, "src/a.py:1")
        commit(begun, "Let tokens live a day")
        await record(project)
        after = await reasons(project, "src/a.py:1")
        whole = await reasons(project, "src/a.py")

    assert [each.source.author for each in noted.changes] == [Author.SAVE]
    assert before == [("Uncommitted: life in src/a.py", [REASON])]
    assert after == whole == [("Let tokens live a day", [REASON])]


async def test_a_note_given_before_the_edit_waits_for_it(begun: Workshop) -> None:
    async with begun.open() as project:
        noted = await note(project, ["src"], REASON)
        begun.write("src/a.py", "life = 2\n")
        assert project.saves is not None
        await project.saves.saved(["src/a.py"])
        found = await reasons(project, "src/a.py:1")

    assert (noted.changes, noted.waiting) == ((), ("src",))
    assert found == [("Uncommitted: life in src/a.py", [REASON])]


async def test_a_note_waits_for_the_commit_of_each_of_its_paths_and_for_no_further_one(
    begun: Workshop,
) -> None:
    begun.write("src/a.py", "life = 2\n")
    begun.write("src/b.py", "other = 2\n")

    async with begun.open() as project:
        await note(project, ["src/a.py", "src/b.py"], REASON)
        commit(begun, "First", "src/a.py")
        await record(project)
        commit(begun, "Second")
        await record(project)
        begun.write("src/a.py", "life = 3\n")
        commit(begun, "Third")
        await record(project)
        first, second = await reasons(project, "src/a.py"), await reasons(project, "src/b.py")

    assert first == [("First", [REASON])]
    assert second == [("Second", [REASON])]


async def test_the_same_words_for_another_file_are_one_note(begun: Workshop) -> None:
    begun.write("src/a.py", "life = 2\n")
    begun.write("src/b.py", "other = 2\n")

    async with begun.open() as project:
        await note(project, ["src/a.py"], REASON)
        again = await note(project, ["src/b.py"], REASON)
        commit(begun, "First", "src/a.py")
        commit(begun, "Second")
        await record(project)
        notes = await project.memories.find(NOTES)
        found = await reasons(project, "src/b.py")

    assert again.known
    assert len(notes) == 1
    assert found == [("Second", [REASON])]


async def test_an_undo_takes_the_note_and_its_link_back(begun: Workshop) -> None:
    begun.write("src/a.py", "life = 2\n")

    async with begun.open() as project:
        await note(project, ["src/a.py"], REASON)
        await undo(project)
        notes = await project.memories.find(NOTES)
        found = await why(project, "src/a.py:1")

    assert notes == []
    assert not found.has_reason
    assert trail.ending(found) == (
        "Line 1 is not committed yet. No recorded reason for src/a.py:1."
    )


@pytest.mark.parametrize(
    ("path", "why_it_is"), [("none.py", REASON), ("..", REASON), (".", REASON), ("src/a.py", " ")]
)
async def test_a_note_of_nothing_that_is_there_is_refused(
    begun: Workshop, path: str, why_it_is: str
) -> None:
    async with begun.open() as project:
        with pytest.raises(InvalidValue):
            await note(project, [path], why_it_is)


async def test_a_secret_in_a_note_is_not_stored(begun: Workshop) -> None:
    async with begun.open() as project:
        noted = await note(project, ["src/a.py"], "The key is AKIAIOSFODNN7EXAMPLE")

    assert "AKIAIOSFODNN7EXAMPLE" not in noted.memory.text


async def test_in_the_app_the_words_behind_the_paths_are_the_reason(begun: Workshop) -> None:
    begun.write("src/a.py", "life = 2\n")

    async with begun.open() as project:
        told = await slash.run_line(project, slash.Line("note", f"@src/a.py, src/b.py {REASON}"))
        (kept,) = await project.memories.find(NOTES)

    assert kept.text == REASON
    assert {each.path for each in kept.anchors} == {"src/a.py", "src/b.py"}
    assert told.startswith("Noted:") and "The commit of src/a.py, src/b.py takes it up." in told


async def test_the_change_that_a_note_is_for_is_called_by_the_file_that_was_meant(
    begun: Workshop,
) -> None:
    for name in ("aa", "ab", "ac", "ad"):
        begun.write(f"{name}.txt", "unrelated\n")
    begun.write("src/b.py", "other = 2\n")

    async with begun.open() as project:
        one = await note(project, ["src/b.py"], REASON)
        folder = await note(project, ["src"], "The other reason")
        unrelated = await note(project, ["aa.txt"], "A third one")

    assert [each.title for each in one.changes] == ["Uncommitted: src/b.py and 4 other files"]
    assert [each.title for each in folder.changes] == ["Uncommitted: src/b.py and 4 other files"]
    assert "aa.txt" in unrelated.changes[0].title
