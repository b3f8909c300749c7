"""From a line to a decision, or to an honest "no recorded reason"."""

import pytest

from featherchat.commands.trail import ending, ranges, reason_lines, said
from featherchat.commands.why import Why, why
from featherchat.errors import InvalidValue, UsageError
from featherchat.project import Project
from tests.workshop import Workshop, learn

OLD = """# 12. Keep the tokens short

Date: 2026-01-02

## Status

Superseded by [13. Keep the tokens shorter](0013-keep-the-tokens-shorter.md)

## Context

Stolen tokens were used for a day.

## Considered Options

* Five minutes
* A list of revoked tokens

## Decision Outcome

Chosen option: "Five minutes", because nothing has to be looked up.
"""
NEW = """# 13. Keep the tokens shorter

Date: 2026-03-04

## Status

Accepted

Supersedes [12. Keep the tokens short](0012-keep-the-tokens-short.md)

## Decision

One minute.
"""


def commit(workshop: Workshop, message: str) -> str:
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)
    return workshop.git("rev-parse", "HEAD")


def a_history(workshop: Workshop) -> dict[str, str]:
    """Two decisions, a line that the first one explains, and a line that none does."""
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", OLD)
    workshop.write("doc/adr/0013-keep-the-tokens-shorter.md", NEW)
    workshop.write("src/tokens.py", "NAME = 'token'\n")
    plain = commit(workshop, "Name the tokens")
    workshop.write("src/tokens.py", "NAME = 'token'\nLIFE = 300\n")
    message = "Let tokens live five minutes\n\nCloses #7\n\nA day was too long.\n\nDecision: ADR-12"
    return {"plain": plain, "linked": commit(workshop, message)}


async def asked(project: Project, place: str) -> Why:
    await learn(project)
    return await why(project, place)


@pytest.mark.anyio
async def test_a_line_leads_to_its_decision_and_to_what_superseded_it(workshop: Workshop) -> None:
    commits = a_history(workshop)

    async with workshop.open() as project:
        found = await asked(project, "src/tokens.py:2")

    step, *others = found.steps
    assert not others
    assert (step.commit, step.lines) == (commits["linked"], (2,))
    assert step.change is not None
    assert said(step.change) == "A day was too long."
    words = [line.split(" · m:")[0].strip() for line in reason_lines(step.reasons[0])]
    assert words[0].startswith("caused by ⊘ ADR-12 Keep the tokens short (superseded)")
    assert any(line.startswith("because") and "used for a day" in line for line in words)
    assert any(line.startswith("rejected") and "revoked" in line for line in words)
    assert words[-1].startswith("superseded by ● ADR-13 Keep the tokens shorter")


@pytest.mark.anyio
async def test_a_line_that_no_decision_explains_has_no_recorded_reason(workshop: Workshop) -> None:
    commits = a_history(workshop)

    async with workshop.open() as project:
        found = await asked(project, "src/tokens.py:1")

    assert [(step.commit, step.reasons) for step in found.steps] == [(commits["plain"], ())]
    assert not found.has_reason
    assert ending(found) == "No recorded reason for src/tokens.py:1."


@pytest.mark.anyio
async def test_lines_are_told_by_the_commit_that_wrote_them(workshop: Workshop) -> None:
    commits = a_history(workshop)
    workshop.write("src/tokens.py", "# new\nNAME = 'token'\nLIFE = 300\n")

    async with workshop.open() as project:
        found = await asked(project, "src/tokens.py:1-3")

    assert {step.commit: step.lines for step in found.steps} == {
        commits["plain"]: (2,),
        commits["linked"]: (3,),
    }
    assert found.uncommitted == (1,)
    assert ending(found) == "Line 1 is not committed yet."


@pytest.mark.anyio
async def test_a_formatting_commit_is_looked_past(workshop: Workshop) -> None:
    commits = a_history(workshop)
    for number in range(5):
        workshop.write(f"src/m{number}.py", "x = 1\n")
    workshop.write("src/tokens.py", 'NAME = "token"\nLIFE = 3_00\n')
    commit(workshop, "Run black on everything")

    async with workshop.open() as project:
        found = await asked(project, "src/tokens.py:2")

    assert [step.commit for step in found.steps] == [commits["linked"]]


@pytest.mark.anyio
async def test_a_whole_path_is_told_from_memory_newest_first(workshop: Workshop) -> None:
    commits = a_history(workshop)

    async with workshop.open() as project:
        before = await asked(project, "src")
        assert project.recorder is not None
        await project.recorder.record()
        after = await why(project, "src/tokens.py")

    assert (before.steps, before.waiting) == ((), 2)
    assert "2 commits are not in memory yet" in ending(before)
    assert [step.commit for step in after.steps] == [commits["linked"], commits["plain"]]
    assert [len(step.reasons) for step in after.steps] == [1, 0]


@pytest.mark.anyio
async def test_what_was_renamed_is_found_under_both_names(workshop: Workshop) -> None:
    a_history(workshop)
    workshop.git("mv", "src/tokens.py", "src/keys.py")
    workshop.write("README.md", "# Keys\n")
    moved = commit(workshop, "Call them keys")

    async with workshop.open() as project:
        assert project.recorder is not None
        await project.recorder.record()
        found = [await why(project, path) for path in ("src/keys.py", "src/tokens.py")]

    assert [moved in {step.commit for step in each.steps} for each in found] == [True, True]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("src/tokens.py:3", "has 2 lines"),
        ("src/tokens.py:2-1", "no lines"),
        ("src/gone.py:1", "no longer there"),
        ("src/gone.py", "no commit is known"),
        ("../other.py:1", "outside the project"),
        (".git/config:1", "git's own folder"),
    ],
)
async def test_what_is_no_place_is_refused(workshop: Workshop, place: str, message: str) -> None:
    a_history(workshop)

    async with workshop.open() as project:
        assert project.recorder is not None
        await project.recorder.record()
        with pytest.raises(InvalidValue, match=message):
            await why(project, place)


@pytest.mark.anyio
async def test_without_git_there_is_no_history(workshop: Workshop) -> None:
    (workshop.root / ".git").rename(workshop.root / "git-no-more")

    async with workshop.open() as project:
        with pytest.raises(UsageError, match="no git repository"):
            await why(project, "README.md:1")


def test_neighboring_lines_are_told_as_ranges() -> None:
    assert ranges([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
