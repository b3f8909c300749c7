"""Saves of one task are one memory, and the commit of the task takes it over, once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.capture.saves import PAUSE
from featherchat.clock import FixedClock
from featherchat.memory import Author, Edge, Kind, Memory, Status
from featherchat.messages import Learned
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from tests.conftest import examples
from tests.workshop import Workshop

CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))
EVERY_CHANGE = Filter(kinds=(Kind.CODE_CHANGE,), statuses=())
START = "def read():\n    return 1\n"

pytestmark = pytest.mark.anyio


def commit(workshop: Workshop, message: str, *paths: str) -> None:
    workshop.git("add", "--", *(paths or ["."]))
    workshop.git("commit", "--quiet", "--message", message)


async def save(project: Project, workshop: Workshop, **files: str) -> Learned | None:
    """Saves some files, whose names are given with _ for the dot."""
    for name, text in files.items():
        workshop.write(name.replace("_", "."), text)
    assert project.saves is not None
    return await project.saves.saved([name.replace("_", ".") for name in files] or ["a.py"])


async def record(project: Project) -> None:
    assert project.recorder is not None
    await project.recorder.record()


async def changes(project: Project) -> list[Memory]:
    return await project.memories.find(CHANGES)


@pytest.fixture
def begun(workshop: Workshop) -> Workshop:
    """A repository of one commit."""
    workshop.write("a.py", START)
    workshop.write("b.py", START)
    commit(workshop, "Start")
    return workshop


async def test_a_save_says_in_words_what_differs_from_the_last_commit(begun: Workshop) -> None:
    after = "SECRET = 1\n\n\ndef read():\n    return 2\n\n\ndef write():\n    pass\n"

    async with begun.open() as project:
        learned = await save(project, begun, a_py=after, new_txt="one\n")

    assert learned is not None
    (memory,) = learned.written
    assert memory.title == "Uncommitted: read, SECRET, write in a.py, new.txt"
    assert memory.text == (
        f"{memory.title}\n\nChanged 2 files (+9 −1): a.py, new.txt (new)\n"
        "Symbols: added SECRET, write; changed read\n\nSaved on main, not committed yet."
    )
    assert (memory.kind, memory.source.author) == (Kind.CODE_CHANGE, Author.SAVE)
    assert "return 2" not in memory.text
    assert memory.anchors[0].blob == begun.git("hash-object", "a.py")


async def test_saves_of_one_task_update_one_memory(begun: Workshop) -> None:
    async with begun.open() as project:
        first = await save(project, begun, a_py="one = 1\n")
        again = await save(project, begun, a_py="one = 1\n")
        second = await save(project, begun, b_py="two = 2\n")
        found = await changes(project)

    assert first is not None
    assert again is None
    assert second is not None
    assert [each.id for each in found] == [first.written[0].id]
    assert "a.py, b.py" in found[0].text


async def test_what_is_taken_back_goes_out_of_use(begun: Workshop) -> None:
    async with begun.open() as project:
        await record(project)
        await save(project, begun, a_py="one = 1\n")
        await save(project, begun, a_py=START)
        found = await project.memories.find(EVERY_CHANGE)

    assert {each.title.partition(":")[0]: each.status for each in found} == {
        "Uncommitted": Status.RETIRED,
        "Start": Status.ACTIVE,
    }


async def test_a_commit_takes_over_what_was_saved_with_its_links(begun: Workshop) -> None:
    async with begun.open() as project:
        await record(project)
        other = (await changes(project))[0]
        learned = await save(project, begun, a_py="one = 1\n")
        assert learned is not None
        saved = learned.written[0]
        link = Edge(other.id, saved.id, "related_to", origin="explicit")
        cause = Cause(project.clock.new_id(), project.clock.now(), Author.USER, "link")
        await project.memories.remember([], cause, [link])
        commit(begun, "Count from one")
        await record(project)
        await save(project, begun)
        found = {each.title: each for each in await project.memories.find(EVERY_CHANGE)}
        edges = await project.memories.edges_of([saved.id])

    assert set(found) == {"Start", "Count from one"}
    assert found["Count from one"].id == saved.id
    assert found["Count from one"].source.author == Author.COMMIT
    assert "worktree" not in found["Count from one"].attributes
    assert [each.key for each in edges] == [link.key]


async def test_an_undo_of_the_recording_gives_the_save_back(begun: Workshop) -> None:
    async with begun.open() as project:
        await record(project)
        learned = await save(project, begun, a_py="one = 1\n")
        assert learned is not None
        commit(begun, "Count from one")
        await record(project)
        cause = Cause(project.clock.new_id(), project.clock.now(), Author.USER, "undo")
        await project.memories.undo(cause)
        found = await project.memories.get([learned.written[0].id])

    assert found[learned.written[0].id].title == "Uncommitted: one, read in a.py"
    assert found[learned.written[0].id].source.author == Author.SAVE


async def test_what_a_commit_leaves_is_a_task_of_its_own(begun: Workshop) -> None:
    async with begun.open() as project:
        await save(project, begun, a_py="one = 1\n", b_py="two = 2\n")
        commit(begun, "Only one", "a.py")
        await record(project)
        await save(project, begun)
        titles = [each.title for each in await changes(project)]

    assert sorted(titles) == ["Only one", "Start", "Uncommitted: two, read in b.py"]


async def test_a_commit_of_somebody_else_takes_nothing_over(begun: Workshop) -> None:
    async with begun.open() as project:
        await record(project)
        await save(project, begun, a_py="one = 1\n")
        begun.git("stash", "--quiet")
        begun.write("a.py", "other = 1\n")
        begun.git("add", ".")
        begun.git("commit", "--quiet", "--message", "Theirs", "--author", "Bob <bob@example.org>")
        await record(project)
        titles = [each.title for each in await changes(project)]

    assert sorted(titles) == ["Start", "Theirs", "Uncommitted: one, read in a.py"]


async def test_a_commit_that_is_not_recorded_yet_keeps_its_save(begun: Workshop) -> None:
    async with begun.open() as project:
        learned = await save(project, begun, a_py="one = 1\n")
        assert learned is not None
        commit(begun, "Count from one")
        await save(project, begun)
        await record(project)
        found = {each.title: each.id for each in await changes(project)}

    assert found["Count from one"] == learned.written[0].id


async def test_another_branch_is_another_task(begun: Workshop) -> None:
    async with begun.open() as project:
        await save(project, begun, a_py="one = 1\n")
        begun.git("stash", "--quiet")
        begun.git("switch", "--quiet", "--create", "side")
        await save(project, begun, b_py="two = 2\n")
        texts = sorted(each.text.rpartition("\n\n")[2] for each in await changes(project))

    assert texts == ["Saved on main, not committed yet.", "Saved on side, not committed yet."]


async def test_after_a_long_pause_other_files_are_another_task(
    begun: Workshop, clock: FixedClock
) -> None:
    async with begun.open() as project:
        await save(project, begun, a_py="one = 1\n")
        clock.advance(seconds=PAUSE + 1)
        await save(project, begun, b_py="two = 2\n")
        await save(project, begun, a_py="three = 3\n")
        titles = [each.title for each in await changes(project)]

    assert sorted(titles) == ["Uncommitted: three, read in a.py", "Uncommitted: two, read in b.py"]


@pytest.mark.parametrize(
    ("files", "bulk", "words"),
    [
        ({"go.sum": "x\n"}, "dependencies", "dependencies (go.sum)"),
        ({"vendor/x.go": "package x\n"}, "generated", "generated or foreign files (vendor/x.go)"),
        ({"a.py": "def read( ) :\n  return 1 # one\n"}, "formatting", "formatting (a.py)"),
        ({"c.py": START, "a.py": None}, "moved", "files that moved (c.py)"),
    ],
    ids=["lock file", "vendoring", "formatting", "move"],
)
async def test_a_bulk_change_is_one_quiet_memory(
    begun: Workshop, files: dict[str, str | None], bulk: str, words: str
) -> None:
    for path, text in files.items():
        if text is None:
            (begun.root / path).unlink()
        else:
            begun.write(path, text)

    async with begun.open() as project:
        await save(project, begun)
        (memory,) = await changes(project)

    assert memory.title == f"Uncommitted: {words}"
    assert memory.attributes["bulk"] == bulk
    assert memory.importance == 0.3


async def test_a_task_of_very_many_files_is_written_once_until_one_changes(
    begun: Workshop,
) -> None:
    for number in range(120):
        begun.write(f"many/file{number:03}.txt", "one\n")

    async with begun.open() as project:
        first = await save(project, begun)
        again = await save(project, begun)
        begun.write("many/file119.txt", "two\n")
        changed = await save(project, begun)

    assert first is not None
    assert again is None
    assert changed is not None
    assert [each.id for each in changed.written] == [each.id for each in first.written]


async def test_nothing_is_said_of_files_of_secrets_or_before_there_is_something(
    begun: Workshop,
) -> None:
    async with begun.open() as project:
        nothing = await save(project, begun)
        secret = await save(project, begun, _env="TOKEN=1\n")

    assert nothing is None
    assert secret is None


async def test_two_processes_make_one_memory_of_one_task_and_of_its_commit(begun: Workshop) -> None:
    async with begun.open() as one, begun.open() as other:
        begun.write("a.py", "one = 1\n")
        assert one.saves is not None
        assert other.saves is not None
        await asyncio.gather(one.saves.saved(["a.py"]), other.saves.saved(["a.py"]))
        saved = await changes(one)
        commit(begun, "Count from one")
        await asyncio.gather(record(one), record(other))
        found = await one.memories.find(EVERY_CHANGE)

    assert len(saved) == 1
    assert sorted(each.title for each in found) == ["Count from one", "Start"]
    assert next(each.id for each in found if each.title != "Start") == saved[0].id


STEPS = st.lists(
    st.sampled_from(["edit a", "edit b", "revert a", "commit a", "commit all", "look", "record"]),
    min_size=1,
    max_size=7,
)


@pytest.mark.property
@settings(max_examples=examples(6, 60), deadline=None)
@given(steps=STEPS)
def test_whatever_happens_each_commit_and_each_task_is_one_memory(steps: Sequence[str]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_walk(Workshop(Path(folder), FixedClock(1_790_000_000.0)), steps))


async def _walk(workshop: Workshop, steps: Sequence[str]) -> None:
    workshop.write("a.py", START)
    workshop.write("b.py", START)
    commit(workshop, "Start")
    subjects = ["Start"]
    async with workshop.open() as project:
        for number, step in enumerate([*steps, "record", "look"]):
            what, _, name = step.partition(" ")
            if what == "edit":
                workshop.write(f"{name}.py", f"n = {number}\n")
            elif what == "revert":
                workshop.git("checkout", "--quiet", "HEAD", "--", "a.py")
            elif what == "record":
                await record(project)
            elif what == "look":
                await save(project, workshop)
            elif workshop.git("status", "--porcelain", "--", f"{name}.py" if name == "a" else "."):
                subjects.append(f"{step} {number}")
                commit(workshop, subjects[-1], *(["a.py"] if name == "a" else []))
        found = await changes(project)
        left = workshop.git("status", "--porcelain")

    told = [each.title for each in found if each.source.author == Author.COMMIT]
    open_tasks = [each for each in found if each.source.author == Author.SAVE]
    assert sorted(told) == sorted(subjects)
    assert len(open_tasks) == bool(left)
