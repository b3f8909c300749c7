"""Takes what was forgotten for good out of a store's backups, too.

A backup that cannot be cleansed, because it is damaged or of another version,
is removed: who has something forgotten wants it gone more than a backup kept.
"""

from collections.abc import Sequence
from pathlib import Path

from featherchat.errors import StoreError
from featherchat.memory import Memory
from featherchat.store.backups import backups_locked, backups_of, is_current
from featherchat.store.database import Database, open_database
from featherchat.store.documents import DocumentTable
from featherchat.store.forgetting import Forgetting
from featherchat.store.log import EventLog
from featherchat.store.refusals import Refusals
from featherchat.store.table import MemoryTable
from featherchat.store.transcripts import Transcripts


def forget_in_backups(store: Path, ids: Sequence[str], said: Sequence[Memory]) -> None:
    """Erase memories in every backup.

    Args:
        store: Whose backups.
        ids: Every id that was forgotten.
        said: What they said, now and before; some may be damaged and missing here.
    """
    if not backups_of(store):
        return
    with backups_locked(store):
        for backup in backups_of(store):
            if not _cleansed(backup.path, ids, said):
                backup.path.unlink(missing_ok=True)


def scrub(database: Database) -> None:
    """Overwrite what was erased.

    Raises:
        StoreError: If the disk is too full for it. What was erased is out of every answer, so to
            ask for it again would find nothing.
    """
    try:
        database.scrub()
    except StoreError as error:
        raise StoreError(
            f"It is forgotten, but traces may be left in {database.path}: {error}",
            hint="Free some space, then run featherchat compact, which overwrites them.",
        ) from error


def erase_said(database: Database, said: Sequence[Memory]) -> None:
    """Take what memories of another store said out of this one's conversations and backups."""
    with database.transaction(raises_revision=False):
        Transcripts(database).erase({version.text for version in said})
    scrub(database)
    forget_in_backups(database.path, [version.id for version in said], said)


def _cleansed(path: Path, ids: Sequence[str], said: Sequence[Memory]) -> bool:
    """Whether nothing of it is left in a backup."""
    try:
        if not is_current(path):
            return False
        database = open_database(path)
        try:
            log, table = EventLog(database), MemoryTable(database)
            forgetting = Forgetting(
                database,
                log,
                table,
                DocumentTable(database, log),
                lambda: Transcripts(database),
            )
            with database.transaction():
                for versions in _by_id([*said, *table.get(ids).values()]).values():
                    forgetting.erase(versions[-1], versions)
                Refusals(database).forget_words()
            database.scrub()
        finally:
            database.close()
    except StoreError:
        return False
    return True


def _by_id(versions: Sequence[Memory]) -> dict[str, list[Memory]]:
    """What each memory said. Erased one by one, the first would take the log of the others."""
    found: dict[str, list[Memory]] = {}
    for version in versions:
        found.setdefault(version.id, []).append(version)
    return found
