"""What is not heard is found all the same, and what stands in the way is named."""

import asyncio
import errno
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from featherchat.code.folder_events import (
    FolderEvents,
    Heard,
    InotifyFolders,
    Listener,
    ObservedFolders,
    limit_met,
)
from featherchat.code.listening import Mode, Pace
from tests.code.conftest import Spied
from tests.code.watching_tools import PATIENCE, QUICK, watching

Git = Callable[..., str]
MakeRepository = Callable[..., Path]

pytestmark = pytest.mark.anyio


class ToldEvents:
    """Hears only what a test tells it."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.alive = True
        self.folders: list[Path] = []

    def watch(self, folders: Iterable[Path]) -> None:
        self.folders = list(folders)

    def close(self) -> None:
        self.alive = False


class Opened:
    """Opens such events, and keeps them."""

    def __init__(self) -> None:
        self.all: list[ToldEvents] = []

    def __call__(self, listener: Listener) -> FolderEvents:
        self.all.append(ToldEvents(listener))
        return self.all[-1]


def no_watches(listener: Listener) -> FolderEvents:
    raise limit_met(OSError(errno.ENOSPC, "no space"))


async def test_after_an_overflow_everything_is_compared(a_repository: MakeRepository) -> None:
    opened = Opened()
    async with watching(a_repository(), open_events=opened) as watched:
        watched.write("deep/down/a.py", "1\n")
        watched.write("README.md", "new\n")
        opened.all[0].listener(Heard.LOST, Path())

        assert await watched.paths() == {"README.md", "deep/down/a.py"}
        assert watched.root / "deep" / "down" in opened.all[0].folders


async def test_a_save_that_is_heard_of_after_head_has_moved_is_told(
    a_repository: MakeRepository,
) -> None:
    opened = Opened()
    async with watching(a_repository(), open_events=opened) as watched:
        watched.git("commit", "--quiet", "--amend", "--message", "Begin")
        place = watched.write("a.py", "1\n")
        opened.all[0].listener(Heard.FILE, watched.root / ".git" / "HEAD")
        moved = await watched.next()
        opened.all[0].listener(Heard.FILE, place)
        saved = await watched.next()

    assert (moved.paths, moved.head_moved) == ((), True)
    assert (saved.paths, saved.head_moved) == (("a.py",), False)


async def test_who_hears_nothing_any_more_is_replaced(a_repository: MakeRepository) -> None:
    opened = Opened()
    async with watching(a_repository(), open_events=opened) as watched:
        opened.all[0].alive = False
        watched.write("a.py", "1\n")

        assert await watched.paths() == {"a.py"}
        assert len(opened.all) == 2
        assert watched.standing.mode is Mode.EVENTS


async def test_watching_ends_also_if_something_is_heard_at_that_moment(
    a_repository: MakeRepository,
) -> None:
    root, ended = a_repository(), list[bool]()
    for rounds in range(8):
        opened = Opened()
        async with asyncio.timeout(PATIENCE), watching(root, open_events=opened):
            opened.all[0].listener(Heard.FILE, root / "a.py")
            for _ in range(rounds):
                await asyncio.sleep(0)
        ended.append(not opened.all[0].alive)

    assert ended == [True] * 8


async def test_after_the_machine_has_slept_everything_is_compared(
    a_repository: MakeRepository,
) -> None:
    opened = Opened()
    time = [0.0]

    def wall() -> float:
        return asyncio.get_running_loop().time() + time[0]

    async with watching(a_repository(), open_events=opened, wall=wall) as watched:
        watched.write("a.py", "1\n")
        time[0] = 3600.0

        assert await watched.paths() == {"a.py"}


async def test_now_and_then_everything_is_compared_whatever_was_heard(
    a_repository: MakeRepository,
) -> None:
    pace = Pace(quiet=0.02, batch=0.2, heartbeat=0.05, rescan=0.2)
    async with watching(a_repository(), pace, Opened()) as watched:
        watched.write("a.py", "1\n")

        assert await watched.paths() == {"a.py"}


async def test_where_the_limit_is_met_files_are_compared_and_the_remedy_is_named(
    a_repository: MakeRepository,
) -> None:
    async with watching(a_repository(), open_events=no_watches) as watched:
        watched.write("a.py", "1\n")
        saved = await watched.paths()
        watched.git("add", "--all")
        watched.git("commit", "--quiet", "--message", "Two")
        committed = await watched.next()

    assert saved == {"a.py"}
    assert committed.head_moved
    assert watched.standing.mode is Mode.POLLING
    assert len(watched.told) == 1
    assert watched.told[0].startswith("The limit fs.inotify.max_user_watches = ")
    assert "is too low to watch the code (folders: 1)." in watched.told[0]
    assert "Files are compared every 0.1 s instead." in watched.told[0]
    assert "sudo sysctl fs.inotify.max_user_watches=" in watched.told[0]


async def test_a_limit_that_was_raised_is_noticed(a_repository: MakeRepository) -> None:
    limits = [no_watches, Opened()]
    pace = Pace(quiet=0.02, batch=0.2, heartbeat=0.05, rescan=0.2, poll=0.05)

    def by_and_by(listener: Listener) -> FolderEvents:
        return limits.pop(0)(listener)

    async with watching(a_repository(), pace, by_and_by) as watched:
        while watched.standing.mode is not Mode.EVENTS:
            await asyncio.sleep(0.01)

    assert limits == []


async def test_on_a_network_drive_files_are_compared(a_repository: MakeRepository) -> None:
    async with watching(a_repository(), polled="It lies on nfs4") as watched:
        watched.write("a.py", "1\n")

        assert await watched.paths() == {"a.py"}
    assert watched.told == ["It lies on nfs4. Files are compared every 0.1 s instead."]


@pytest.mark.parametrize(
    ("code", "name"),
    [(errno.ENOSPC, "max_user_watches"), (errno.EMFILE, "max_user_instances")],
)
async def test_each_limit_has_its_name_and_its_remedy(code: int, name: str) -> None:
    met = limit_met(OSError(code, "limit"))

    assert met.limit.startswith(f"fs.inotify.{name} = ")
    assert met.remedy.startswith(f"sudo sysctl fs.inotify.{name}=")


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
async def test_a_folder_that_is_gone_or_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    events = InotifyFolders(lambda heard, place: None)
    try:
        events.watch([tmp_path, tmp_path / "gone"])

        assert events.alive
    finally:
        events.close()


async def test_where_whole_trees_are_observed_only_the_asked_folders_count(
    a_repository: MakeRepository,
) -> None:
    root = a_repository(files={".gitignore": "build/\n", "src/a.py": "1\n"})
    (root / "build").mkdir()
    async with watching(root, QUICK, ObservedFolders) as watched:
        watched.write("build/out.o", "1\n")
        watched.write("src/a.py", "2\n")
        first = await watched.paths()
        watched.write("src/new/b.py", "1\n")
        second = await watched.until("src/new/b.py")
        watched.git("add", "--all")
        watched.git("commit", "--quiet", "--message", "Two")

        assert (await watched.next()).head_moved
    assert (first, second) == ({"src/a.py"}, {"src/new/b.py"})


async def test_a_damaged_repository_is_told_once_and_watched_again_when_it_is_mended(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={"a.py": "1\n"})
    tree = git(root, "rev-parse", "HEAD^{tree}")
    place = root / ".git" / "objects" / tree[:2] / tree[2:]
    async with watching(root) as watched:
        place.rename(root / ".git" / "aside")
        watched.write("a.py", "2\n")
        while not watched.told:
            await asyncio.sleep(0.01)
        (root / ".git" / "aside").rename(place)

        assert await watched.paths() == {"a.py"}
    assert len(watched.told) == 1
    assert watched.told[0].startswith("Changes of the code are not seen. git cannot read")
    assert "Run git status there and repair what it names." in watched.told[0]


async def test_a_hostile_repository_runs_nothing_while_it_is_watched(spied: Spied) -> None:
    async with watching(spied.root) as watched:
        watched.write("a.py", "2\n")
        watched.write("src/b.py", "1\n")

        await watched.until("a.py", "src/b.py")
        await watched.settle()

    assert not spied.mark.exists()
