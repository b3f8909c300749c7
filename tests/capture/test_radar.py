"""Memories turn suspect when their code changes in substance, and only then."""

import pytest

from featherchat.capture.radar import Radar
from featherchat.commands import memories as verbs
from featherchat.commands.changes import changes
from featherchat.commands.decay import suspects, verify
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.commands.fixes import NewFix, record_fix
from featherchat.decisions import Decision
from featherchat.memory import AdrStatus, Anchor, Memory
from featherchat.project import Project
from featherchat.recall.context import doubts, quoted
from featherchat.recollection import Recollection, ScoreParts
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

CODE = '''"""Keys."""


def opened(door: str) -> str:
    # The name is enough.
    return door


class Lock:
    def turn(self) -> int:
        return 1
'''


def commit(workshop: Workshop, message: str = "Change it") -> str:
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)
    return workshop.git("rev-parse", "HEAD")


def radar_of(project: Project) -> Radar:
    assert project.repository is not None
    return Radar(project.memories, project.repository, project.clock)


async def a_decision(project: Project, *governs: str) -> Memory:
    """A decision about some code, recorded and then followed."""
    stated = Decision("Doors open by name", status=AdrStatus.ACCEPTED, governs=governs)
    view = await new_decision(project, NewDecision(stated))
    await recorded(project)
    return view.memory


async def recorded(project: Project) -> int:
    assert project.recorder is not None
    return (await project.recorder.record()).suspect


async def now(project: Project, memory: Memory) -> Memory:
    return (await project.memories.get([memory.id]))[memory.id]


@pytest.fixture
def keys(workshop: Workshop) -> Workshop:
    workshop.write("src/keys.py", CODE)
    workshop.write("src/other.py", "X = 1\n")
    commit(workshop, "Begin")
    return workshop


async def test_a_commit_that_changes_the_file_is_told_as_the_reason(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.write("src/keys.py", CODE.replace("return door", "return door.lower()"))
        sha = commit(keys)

        assert await recorded(project) == 1
        found = await now(project, memory)
        listed = await suspects(project)

    assert found.validity == 0.6
    assert doubts(found) == (f"src/keys.py changed in {sha[:7]}",)
    assert f"suspect: src/keys.py changed in {sha[:7]}" in quoted(
        Recollection(found, 1.0, ScoreParts(0.0))
    )
    assert [each.id for each in listed] == [memory.id]


async def test_a_shallow_clone_is_judged_from_where_it_stood(keys: Workshop) -> None:
    keys.write(".git/shallow", f"{keys.git('rev-parse', 'HEAD')}\n")
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.write("src/keys.py", CODE.replace("return door", "return door.lower()"))
        sha = commit(keys)

        assert await recorded(project) == 1
        assert doubts(await now(project, memory)) == (f"src/keys.py changed in {sha[:7]}",)
        assert await recorded(project) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    return door\n", "    return  door\n\n\n"),
        ("# The name is enough.", "# Its name is all that is needed."),
        (CODE, f"# Licensed.\n{CODE}"),
    ],
)
async def test_whitespace_and_comments_are_no_substance(
    keys: Workshop, before: str, after: str
) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.write("src/keys.py", CODE.replace(before, after))
        commit(keys)

        assert await recorded(project) == 0
        assert await now(project, memory) == memory


async def test_an_anchor_follows_a_file_that_is_moved(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.git("mv", "src/keys.py", "src/locks.py")
        commit(keys)

        assert await recorded(project) == 0
        (anchor,) = (await now(project, memory)).anchors

    assert (anchor.path, anchor.changed) == ("src/locks.py", False)


async def test_only_the_symbol_counts_where_one_is_named(keys: Workshop) -> None:
    async with keys.open() as project:
        turn = await a_decision(project, "src/keys.py#Lock.turn")
        keys.write("src/keys.py", CODE.replace("return door", "return door.lower()"))
        commit(keys)
        first = await recorded(project)
        keys.write("src/keys.py", CODE.replace("return 1", "return 2"))
        commit(keys)

        assert (first, await recorded(project)) == (0, 1)
        assert doubts(await now(project, turn))[0].startswith("src/keys.py#Lock.turn changed in ")


async def test_an_anchor_follows_a_symbol_into_another_file(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py#Lock")
        head, _, lock = CODE.partition("class Lock")
        keys.write("src/keys.py", head)
        keys.write("src/locks.py", f"class Lock{lock}")
        commit(keys)

        assert await recorded(project) == 0
        (anchor,) = (await now(project, memory)).anchors

    assert (anchor.path, anchor.symbol) == ("src/locks.py", "Lock")


async def test_what_a_decision_asked_for_casts_no_doubt_on_it(keys: Workshop) -> None:
    keys.write(
        "docs/adr/0004-doors.md",
        "---\nstatus: accepted\ngoverns: src/keys.py\n---\n# Doors\n\n## Decision Outcome\n\nBy name.\n",
    )
    commit(keys, "Record it")
    async with keys.open() as project:
        await project.learn(await project.plan_learning())
        await recorded(project)
        keys.write("src/keys.py", CODE.replace("return door", "return door.lower()"))
        commit(keys, "Open doors by name (ADR-4)")
        carried_out = await recorded(project)
        keys.write("src/keys.py", CODE.replace("return door", "return 'any'"))
        commit(keys, "Open any door")

        assert (carried_out, await recorded(project)) == (0, 1)


async def test_a_removed_file_casts_doubt(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.git("rm", "--quiet", "src/keys.py")
        commit(keys)

        assert await recorded(project) == 1
        assert (await now(project, memory)).anchors[0].path == "src/keys.py"


async def test_folders_episodes_and_what_has_no_anchor_stay_as_they_are(keys: Workshop) -> None:
    async with keys.open() as project:
        await a_decision(project, "src", "src/**")
        await verbs.remember(project, "src/keys.py is where doors open.")
        keys.write("src/keys.py", CODE.replace("1", "2"))
        commit(keys)

        assert await recorded(project) == 0
        assert await suspects(project) == []


async def test_the_doubt_goes_when_the_code_is_as_it_was(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.git("switch", "--quiet", "--create", "topic")
        keys.write("src/keys.py", CODE.replace("return 1", "return 2"))
        commit(keys)
        there = await recorded(project)
        keys.git("switch", "--quiet", "main")

        assert (there, await recorded(project)) == (1, 0)
        assert (await now(project, memory)).validity == 1.0


async def test_a_save_casts_doubt_until_it_is_taken_back_or_committed(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        radar, saves = radar_of(project), project.saves
        assert saves is not None
        keys.write("src/keys.py", CODE.replace("return 1", "return 2"))
        await saves.saved(["src/keys.py", "src/other.py"])
        saved = await suspects(project)
        unsaid = doubts(await now(project, memory))
        keys.write("src/keys.py", CODE)
        await radar.saved(["src/keys.py"])
        healed = (await now(project, memory)).validity
        keys.write("src/keys.py", CODE.replace("return 1", "return 3"))
        await radar.saved(["src/keys.py"])
        sha = commit(keys)
        await recorded(project)

        assert [each.id for each in saved] == [memory.id]
        assert unsaid == ("src/keys.py changed, not committed yet",)
        assert healed == 1.0
        assert doubts(await now(project, memory)) == (f"src/keys.py changed in {sha[:7]}",)


async def test_a_persons_word_takes_the_code_as_it_is_now(keys: Workshop) -> None:
    changed = CODE.replace("return 1", "return 2")
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        keys.write("src/keys.py", changed)
        commit(keys)
        await recorded(project)

        held = await verify(project, memory.id)
        keys.write("src/keys.py", f"{changed}\n\n# More to come.\n")
        commit(keys)

        assert (held.validity, held.verified_at) == (1.0, project.clock.now())
        assert await recorded(project) == 0


async def test_an_edit_confirms_and_an_undo_takes_a_mark_back(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/keys.py")
        fix = await record_fix(project, NewFix("Doors jam", paths=("src/keys.py",)))
        keys.write("src/keys.py", CODE.replace("return 1", "return 2"))
        commit(keys)
        count = await recorded(project)
        marked = next(e for e in await changes(project) if e.reason.startswith("suspect: "))
        undone = await verbs.undo(project, marked.id)
        unmarked = (await now(project, memory)).validity
        await radar_of(project).saved(["src/keys.py"])
        edited = await verbs.edit(project, fix.memory.id, "Doors jam in the cold.")

    assert count == 2
    assert "Doors open by name" in undone.reason
    assert unmarked == 1.0
    assert edited.stored[0].validity == 1.0


async def test_a_tip_that_is_gone_and_an_unborn_file_are_no_evidence(keys: Workshop) -> None:
    async with keys.open() as project:
        memory = await a_decision(project, "src/new.py")
        radar = radar_of(project)
        keys.write("src/new.py", "X = 1\n")
        tip = commit(keys)

        assert await radar.moved("0" * 40, tip) == ()
        assert await recorded(project) == 0
        assert (await now(project, memory)).anchors == (Anchor("src/new.py"),)
