"""Commits are recorded beside everything else, and leaving stops it without a loss."""

from pathlib import Path

import pytest

from featherchat.capture.following import Follower
from featherchat.capture.recorder import READ_AT_ONCE
from featherchat.clock import FixedClock
from featherchat.memory import Kind
from featherchat.recollection import Filter
from tests.workshop import Workshop

CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))


@pytest.fixture
def workshop(tmp_path: Path, clock: FixedClock) -> Workshop:
    return Workshop(tmp_path, clock)


def commit(workshop: Workshop, message: str) -> None:
    workshop.write("a.py", f"{message}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)


def many_commits(workshop: Workshop, count: int) -> None:
    """A long history, in one process."""
    lines = []
    for number in range(count):
        data = f"Change {number}"
        lines.append(
            f"commit refs/heads/main\ncommitter Ada <ada@example.org> {number + 1} +0000\n"
            f"data {len(data)}\n{data}\nM 100644 inline a.py\ndata {len(data)}\n{data}\n"
        )
    stream = workshop.write("stream", "".join(lines))
    workshop.git("-c", f"alias.load=!git fast-import --quiet < '{stream}'", "load")
    stream.unlink()


@pytest.mark.anyio
async def test_what_is_new_is_recorded_beside_the_session(workshop: Workshop) -> None:
    commit(workshop, "Start")

    async with workshop.open() as project:
        project.following.begin()
        done = await project.following.settled()
        found = await project.memories.find(CHANGES)

    assert done is not None
    assert done.new == 1
    assert [each.title for each in found] == ["Start"]


@pytest.mark.anyio
async def test_leaving_keeps_what_was_read_and_the_next_start_goes_on(workshop: Workshop) -> None:
    count = READ_AT_ONCE + 50
    many_commits(workshop, count)
    async with workshop.open() as project:
        follower = project.following
        seen: list[int] = []
        follower.begin(lambda done, total: seen.append(done))
        while not seen:
            await project.counts()
        await follower.close()
        first = len(await project.memories.find(CHANGES))

    async with workshop.open() as project:
        project.following.begin()
        done = await project.following.settled()
        titles = {each.title for each in await project.memories.find(CHANGES)}

    assert first >= READ_AT_ONCE
    assert done is not None
    assert first + done.new == count
    assert titles == {f"Change {number}" for number in range(count)}


@pytest.mark.anyio
async def test_recording_can_be_switched_off(workshop: Workshop) -> None:
    commit(workshop, "Start")
    workshop.configure('[learn.policy]\ncode_change = "off"\n')

    async with workshop.open() as project:
        project.following.begin()
        done = await project.following.settled()

    assert done is None


@pytest.mark.anyio
async def test_a_broken_history_is_told_and_stops_nothing_else(workshop: Workshop) -> None:
    commit(workshop, "Start")
    told: list[str] = []
    async with workshop.open() as project:
        follower = Follower(project.recorder, {}, told.append)
        head = workshop.git("rev-parse", "HEAD")
        (workshop.root / ".git" / "objects" / head[:2] / head[2:]).unlink()

        follower.begin()
        done = await follower.settled()
        await follower.close()

    assert done is None
    assert told[0].startswith("Not every commit was recorded. git cannot read")
