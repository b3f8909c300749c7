"""Backups: made, listed and put back."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from featherchat.clock import Clock
from featherchat.errors import NothingFound, UsageError
from featherchat.finding import Found
from featherchat.project import Project
from featherchat.store.backups import BY_HAND, Backup, backup_path, backups_of, check_copy
from featherchat.store.replacing import replace_store


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back."""

    backup: Path
    kept: Path | None
    """Where the store lies that was there before; None if there was none."""


async def back_up(project: Project, target: Path | None = None) -> Backup:
    """Make a backup that stays until somebody deletes it.

    Args:
        project: Whose store.
        target: The file to write; None for the folder of backups.

    Raises:
        UsageError: If there is such a file already.
        StoreError: If it cannot be written, or the store is damaged.
    """
    if target is not None and target.is_dir():
        target /= backup_path(project.memories.path, project.clock.now(), BY_HAND).name
    if target is not None and target.exists():
        raise UsageError(f"{target} is there already.", hint="Name a file that is not there yet.")
    place = target or backup_path(project.memories.path, project.clock.now(), BY_HAND)
    return await project.memories.ask(lambda store: store.database.back_up(place))


def restore(found: Found, file: Path, clock: Clock) -> Restored:
    """Put a backup in the store's place; what is there now is kept beside it.

    Args:
        found: The project, whose store is not open in this process.
        file: A backup's path, or its name alone.
        clock: For the name of what is kept.

    Raises:
        NothingFound: If there is no such backup.
        NotAStore: If the file is none.
        StoreDamaged: If it is damaged itself.
        StoreBusy: If a process has the store open.
    """
    backup = file if file.exists() else backup_path(found.store, 0.0).with_name(file.name)
    if not backup.exists():
        raise NothingFound(f"There is no backup {file}.", hint="See them with backup --list.")
    check_copy(backup)
    kept = replace_store(backup, found.store, "before-restore", clock.now())
    drop_indexes(found)
    return Restored(backup, kept)


def drop_indexes(found: Found) -> None:
    """Remove what was derived from another file; the next question builds it anew."""
    shutil.rmtree(found.cache, ignore_errors=True)


def newest_backup(store: Path) -> str:
    """The newest backup in a few words, for where and doctor."""
    backups = backups_of(store)
    if not backups:
        return "no backup yet; one is made each day"
    moment = datetime.fromtimestamp(backups[0].made_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{len(backups)}, the newest of {moment}"
