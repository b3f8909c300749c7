"""Hears that something happened in a folder: quick, and never the truth.

What is heard says where to look. It may be late, doubled or lost, so whoever listens
compares files, and looks everywhere when told that something was lost.
"""

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

if sys.platform == "linux":
    from watchdog.observers.inotify_c import (
        CallbackId,
        InotifyConstants,
        InotifyEvent,
        InotifyFD,
        Mask,
        WatchCallback,
        WatchDescriptor,
    )

_LIMITS = Path("/proc/sys/fs/inotify")


class Heard(Enum):
    """What happened."""

    FILE = "file"
    """A file was saved, moved or removed."""

    FOLDER = "folder"
    """A folder came, went or was renamed; what it holds was not heard of."""

    LOST = "lost"
    """More happened than could be told."""


Listener = Callable[[Heard, Path], None]
"""Called on a thread of its own."""


class TooManyFolders(Exception):
    """The system lets nobody watch as many folders."""

    def __init__(self, limit: str, remedy: str) -> None:
        super().__init__(limit)
        self.limit = limit
        """The limit and its value, such as ``fs.inotify.max_user_watches = 8,192``."""

        self.remedy = remedy


class FolderEvents(Protocol):
    """Watches folders, each without what lies below it."""

    @property
    def alive(self) -> bool:
        """Whether anything is heard any more."""
        ...

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch exactly these folders from now on; those that cannot be read are left out.

        Raises:
            TooManyFolders: If there are too many.
        """
        ...

    def close(self) -> None:
        """Hear nothing any more."""
        ...


OpenFolderEvents = Callable[[Listener], FolderEvents]
"""Raises TooManyFolders if nothing can be watched at all."""


def open_folder_events(listener: Listener) -> FolderEvents:
    """The system's own way to hear of changes."""
    if sys.platform == "linux":
        return InotifyFolders(listener)
    return ObservedFolders(listener)


def limit_met(error: OSError) -> TooManyFolders:
    """Which of the system's limits an error means: ENOSPC the watches, EMFILE the watchers."""
    watches = error.errno == errno.ENOSPC
    name = "max_user_watches" if watches else "max_user_instances"
    try:
        value = int((_LIMITS / name).read_text())
    except (OSError, ValueError):
        value = 0
    wanted = max(524_288, 2 * value) if watches else max(512, 2 * value)
    return TooManyFolders(
        f"fs.inotify.{name} = {value:,}", f"sudo sysctl fs.inotify.{name}={wanted}"
    )


if sys.platform == "linux":
    # One watch a folder and one thread for all: watchdog's observers take a thread for each
    # watch that is not recursive, and a recursive one would watch what git ignores, too.
    # Nothing is asked for that reading a file or a folder causes: with such events, above
    # 4,000 folders, looking around after an overflow makes the next overflow.
    _SAVED = (
        InotifyConstants.IN_CLOSE_WRITE
        | InotifyConstants.IN_MOVED_FROM
        | InotifyConstants.IN_MOVED_TO
        | InotifyConstants.IN_DELETE
    )
    _MASK = Mask(
        _SAVED
        | InotifyConstants.IN_CREATE
        | InotifyConstants.IN_ONLYDIR
        | InotifyConstants.IN_DONT_FOLLOW
        | InotifyConstants.IN_EXCL_UNLINK
    )
    _ID = CallbackId(0)

    class InotifyFolders(WatchCallback):
        """Linux: hears of folders by inotify."""

        def __init__(self, listener: Listener) -> None:
            self._listener = listener
            self._lock = threading.Lock()
            self._folders: dict[WatchDescriptor, Path] = {}
            try:
                self._inotify = InotifyFD()
            except OSError as error:
                raise limit_met(error) from error
            self._inotify.start()

        @property
        def alive(self) -> bool:
            """Whether anything is heard any more."""
            return self._inotify.is_alive()

        def watch(self, folders: Iterable[Path]) -> None:
            """Watch exactly these folders from now on."""
            wanted = set(folders)
            with self._lock:
                gone = [wd for wd, folder in self._folders.items() if folder not in wanted]
                self._folders = {
                    wd: folder for wd, folder in self._folders.items() if folder in wanted
                }
                # First: a renamed folder keeps its number, which is then given anew.
                self._inotify.remove_callbacks([(wd, _ID) for wd in gone])
                for folder in sorted(wanted - set(self._folders.values())):
                    self._add(folder)

        def close(self) -> None:
            """Hear nothing any more."""
            with self._lock:
                self._folders = {}
            self._inotify.stop()
            self._inotify.join()

        def on_event(self, event: InotifyEvent) -> None:
            """Called by watchdog on its thread."""
            with self._lock:
                folder = self._folders.get(event.wd)
            if folder is None:
                return
            place = folder / os.fsdecode(event.name)
            if event.is_directory:
                self._listener(Heard.FOLDER, place)
            elif event.mask & _SAVED:
                self._listener(Heard.FILE, place)

        def on_watch_deleted(self, wd: WatchDescriptor) -> None:
            """Called by watchdog when a folder is gone."""
            with self._lock:
                folder = self._folders.pop(wd, None)
            if folder is not None:
                self._listener(Heard.FOLDER, folder)

        def on_queue_overflow(self) -> None:
            """Called by watchdog when the system's queue was full."""
            self._listener(Heard.LOST, Path())

        def _add(self, folder: Path) -> None:
            # watchdog takes a folder that may not be read for one that is watched.
            if not os.access(folder, os.R_OK):
                return
            try:
                wd = self._inotify.add_callback(os.fsencode(folder), _MASK, self, _ID)
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EMFILE):
                    raise limit_met(error) from error
                # Gone or replaced since it was listed: its own folder has told of that.
                return
            self._folders[wd] = folder


class ObservedFolders(FileSystemEventHandler):
    """Elsewhere: hears of whole trees by watchdog's observer, and leaves out what is not asked."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._folders: frozenset[Path] = frozenset()
        self._observer = Observer()
        self._observer.start()

    @property
    def alive(self) -> bool:
        """Whether anything is heard any more."""
        emitters = self._observer.emitters
        return self._observer.is_alive() and all(each.is_alive() for each in emitters)

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch exactly these folders from now on."""
        self._folders = frozenset(folders)
        tops = [each for each in self._folders if self._folders.isdisjoint(each.parents)]
        self._observer.unschedule_all()
        for top in sorted(tops):
            with contextlib.suppress(FileNotFoundError):
                self._observer.schedule(self, top, recursive=True, event_filter=_FILTER)

    def close(self) -> None:
        """Hear nothing any more."""
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog on its thread."""
        for each in {event.src_path, event.dest_path} - {""}:
            place = Path(os.fsdecode(each))
            if place.parent in self._folders:
                self._listener(Heard.FOLDER if event.is_directory else Heard.FILE, place)


_FILTER: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileClosedEvent,
]
