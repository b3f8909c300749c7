"""Deployments: linked to what went with them, one when told twice, and honest after a rollback."""

from dataclasses import replace

import pytest

from featherchat.clock import FixedClock
from featherchat.commands.deployments import (
    Recorded,
    Result,
    Told,
    deployments,
    record,
    show,
)
from featherchat.commands.memories import undo
from featherchat.commands.trail import deployment_line
from featherchat.commands.why import why
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import Kind, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio


def commit(workshop: Workshop, name: str) -> str:
    workshop.write(f"src/{name}.py", f"NAME = {name!r}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", f"Add {name}")
    return workshop.git("rev-parse", "HEAD")


async def deployed(project: Project, version: str, **more: object) -> Recorded:
    return await record(project, replace(Told("production", version), **more))


def titles(done: Recorded) -> list[str]:
    return [each.title for each in done.deployment.changes]


async def test_a_deployment_brings_the_changes_since_the_last_one_there(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        first = await deployed(project, "v1")
        commit(workshop, "locks")
        commit(workshop, "doors")
        clock.advance(days=1)

        second = await deployed(project, "v2")
        elsewhere = await record(project, Told("Staging", "v2"))

    assert titles(first) == ["Add keys"]
    assert titles(second) == ["Add doors", "Add locks"]
    assert second.since is not None and second.since.told.version == "v1"
    assert titles(elsewhere) == ["Add doors", "Add locks", "Add keys"]
    assert elsewhere.deployment.told.environment == "staging"


async def test_a_deployment_that_is_told_twice_is_one(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        first = await deployed(project, "v1")
        clock.advance(seconds=90)

        again = await deployed(project, "v1")
        dated = [
            await record(project, Told("production", "v0"), at=clock.now() - 86_400)
            for _ in range(2)
        ]

    assert (first.known, again.known) == (False, True)
    assert again.deployment.memory.id == first.deployment.memory.id
    assert [each.known for each in dated] == [False, True]


async def test_the_newest_one_stands_for_its_environment(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        await deployed(project, "v1")
        await record(project, Told("staging", "v9"))
        clock.advance(days=1)
        await deployed(project, "v2")

        standing = await project.memories.find(Filter(kinds=(Kind.DEPLOYMENT,)))
        listed = await deployments(project, "production")

    assert {each.title for each in standing} == {
        "v2 deployed to production",
        "v9 deployed to staging",
    }
    assert [each.told.version for each in listed] == ["v2", "v1"]
    assert listed[1].memory.status is Status.SUPERSEDED


async def test_what_failed_brought_nothing_and_the_next_one_brings_it(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        await deployed(project, "v1")
        commit(workshop, "locks")
        clock.advance(days=1)
        failed = await deployed(project, "v2", result=Result.FAILURE, reason="out of disk")
        clock.advance(days=1)

        mended = await deployed(project, "v2")

    assert titles(failed) == titles(mended) == ["Add locks"]
    assert "Reason: out of disk" in failed.deployment.memory.text
    assert mended.since is not None and mended.since.told.version == "v1"


async def test_a_rollback_says_what_is_live_again_and_the_next_one_starts_from_there(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        await deployed(project, "v1")
        commit(workshop, "locks")
        clock.advance(days=1)
        await deployed(project, "v2")
        clock.advance(days=1)
        back = await deployed(project, "v2", result=Result.ROLLBACK, reason="locks jam")
        commit(workshop, "doors")
        clock.advance(days=1)

        fixed = await deployed(project, "v3")
        found = await show(project, back.deployment.memory.id)

    assert "v1 was live before it." in back.deployment.memory.text
    assert found.told.reason == "locks jam"
    assert titles(fixed) == ["Add doors", "Add locks"]


async def test_why_says_with_which_deployment_a_line_went(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        await deployed(project, "v1")
        clock.advance(days=1)
        await deployed(project, "v1", result=Result.ROLLBACK, reason="keys jam\x1b[31m")

        found = await why(project, "src/keys.py:1")
        whole = await why(project, "src/keys.py")

    (line,) = [deployment_line(each) for each in found.steps[0].deployed]
    assert line.startswith("v1 deployed to production · 2026-09-21, rolled back 2026-09-22: keys")
    assert "\x1b" not in line
    assert len(whole.steps[0].deployed) == 1


async def test_an_undo_takes_back_a_deployment_and_what_it_superseded(
    workshop: Workshop, clock: FixedClock
) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        await deployed(project, "v1")
        clock.advance(days=1)
        await deployed(project, "v2")

        await undo(project)
        left = await deployments(project)

    assert [(each.told.version, each.stands) for each in left] == [("v1", True)]


async def test_a_secret_in_the_reason_is_not_kept(workshop: Workshop) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    async with workshop.open() as project:
        done = await deployed(
            project, "v1", result=Result.FAILURE, reason=f"token {secret} expired"
        )

    assert secret not in f"{done.deployment.memory}"


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (Told(" ", "v1"), "environment has 0 characters"),
        (Told("production", "v" * 101), "version has 101 characters"),
        (Told("production", "v1", commit="no-such-branch"), "No commit here"),
        (Told("production", "v1", commit="--all"), "No commit here"),
    ],
)
async def test_what_is_not_named_is_refused(workshop: Workshop, told: Told, message: str) -> None:
    commit(workshop, "keys")
    async with workshop.open() as project:
        with pytest.raises(InvalidValue, match=message):
            await record(project, told)

        assert await deployments(project) == []


async def test_any_other_memory_is_no_deployment(workshop: Workshop) -> None:
    from featherchat.commands.memories import remember

    async with workshop.open() as project:
        (memory,) = (await remember(project, "We deploy on Mondays.", kind="deployment")).stored

        with pytest.raises(NothingFound, match="no deployment"):
            await show(project, memory.id)
        assert await deployments(project) == []


async def test_a_project_without_git_has_deployments_without_changes(workshop: Workshop) -> None:
    (workshop.root / ".git").rename(workshop.root / "git-no-more")

    async with workshop.open() as project:
        done = await deployed(project, "v1")

    assert (done.deployment.told.commit, done.deployment.changes) == (None, ())
