"""The ways back: backups, and what can be saved of a damaged store."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from featherchat.clock import Clock
from featherchat.errors import NotAStore, NothingFound, StoreDamaged, UsageError
from featherchat.finding import Found
from featherchat.project import Project
from featherchat.store.backups import BY_HAND, Backup, backup_path, backups_of, check_copy
from featherchat.store.replacing import replace_store
from featherchat.store.salvage import Salvaged
from featherchat.store.salvage import salvage as salvage_store
from featherchat.store.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was put back."""

    backup: Path
    kept: Path | None
    """Where the store lies that was there before; None if there was none."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was saved of a damaged store, and where it is now."""

    salvaged: Salvaged
    store: Path
    """The sound file."""

    kept: Path
    """The damaged one."""


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
    _refuse_existing(target)
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


def salvage(found: Found, clock: Clock, target: Path | None = None) -> Rescue | None:
    """Save what can be read of a damaged store, and put that in its place or elsewhere.

    The damaged file is only read, and kept.

    Args:
        found: The project, whose store is not open in this process.
        clock: For the name of what is kept.
        target: A file that is not there yet, to leave the store as it is; None to replace it.

    Returns:
        What was done, or None if the store is sound.

    Raises:
        NothingFound: If there is no store, or nothing in it can be read.
        UsageError: If there is such a file already.
        StoreError: If the new store cannot be written, or a process has the old one open.
    """
    _refuse_existing(target)
    if not found.store.is_file():
        raise NothingFound(
            f"There is no store at {found.store}.", hint="See backups with backup --list."
        )
    if _is_sound(found, clock):
        return None
    fresh = target or found.store.with_name(f"{found.store.name}.salvaged")
    fresh.unlink(missing_ok=True)
    salvaged = salvage_store(found.store, fresh)
    if not any(salvaged.rows[table] for table in ("memories", "turns")):
        fresh.unlink()
        raise NothingFound(
            f"Nothing in {found.store} can be read; it was left as it is.",
            hint="Put the newest backup back with backup --restore; see backup --list.",
        )
    if target is not None:
        return Rescue(salvaged, target, found.store)
    kept = replace_store(fresh, found.store, "damaged", clock.now())
    fresh.unlink()
    drop_indexes(found)
    return Rescue(salvaged, found.store, kept or found.store)


def _refuse_existing(target: Path | None) -> None:
    if target is not None and target.exists():
        raise UsageError(f"{target} is there already.", hint="Name a file that is not there yet.")


def _is_sound(found: Found, clock: Clock) -> bool:
    try:
        store = SqliteStore.open(found.store, None, clock, found.config.store.busy_timeout)
        try:
            return store.database.check() == "ok" and not store.damaged()
        finally:
            store.close()
    except (StoreDamaged, NotAStore):
        return False


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
