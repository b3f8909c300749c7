"""Opening the one file of a library's memory, and checking that its vectors fit."""

import hashlib
import os
import re
import secrets
from pathlib import Path

from featherchat.clock import Clock
from featherchat.db.checking import plain_text
from featherchat.db.hints import for_a_library
from featherchat.errors import InvalidValue
from featherchat.store.database import Database, open_database
from featherchat.store.mounts import behind_link
from featherchat.store.places import Places, usable_folder
from featherchat.store.sqlite import SqliteStore

_NO_PATH = re.compile("[\0\ud800-\udfff]")
_SPACE = re.compile(r".*@(\d+)(v\d+)?")


def opened(path: str | os.PathLike[str], clock: Clock) -> SqliteStore:
    """The store at a path, with a place of its own for what is derived from it.

    Raises:
        StoreError: If the file cannot be used.
    """
    file = _checked_path(path)
    with for_a_library():
        database = open_database(file)
        try:
            identity = _identity_of(database)
        except BaseException:
            database.close()
            raise
    if identity is None:
        return SqliteStore(database, None, clock)
    # By identity and place: a new file in an old one's place, or a copy of a file, has
    # revisions that mean something else.
    place = hashlib.sha256(os.fsencode(file)).hexdigest()[:16]
    cache = Places.default().cache / "library" / f"{identity}-{place}"
    return SqliteStore(database, usable_folder(cache), clock)


def _identity_of(database: Database) -> str | None:
    """What tells this file from any other; None for one that cannot be given one."""
    ask = "SELECT value FROM meta WHERE key = 'library_id'"
    found = database.value(ask)
    if found is None and database.read_only is None:
        with database.transaction(raises_revision=False):
            # Another process may have been first.
            fresh = secrets.token_hex(8)
            database.execute("INSERT OR IGNORE INTO meta VALUES ('library_id', ?)", (fresh,))
        found = database.value(ask)
    return None if found is None else str(found)


def space_of(store: SqliteStore, dim: int) -> str:
    """Whose vectors the store has or will have.

    Raises:
        InvalidValue: If those that it has are of another dimension.
    """
    space = store.settings.get("embedder") or f"vec@{dim}"
    found = _SPACE.fullmatch(space)
    if found is None or int(found[1]) != dim:
        raise InvalidValue(
            f"dim is {dim}, but the vectors in {store.path} were made by {space}.",
            hint="Open it with the dimension of its vectors, or choose another file.",
        )
    return space


def _checked_path(path: object) -> Path:
    given = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(given, str) or _NO_PATH.search(given):
        raise InvalidValue(
            f"The path is {path!r}, but must be the path of a file, without NUL and lone"
            " surrogates.",
            hint="Give it as a str.",
        )
    if given == ":memory:":
        raise InvalidValue(
            "The path is ':memory:', but a library is a file.",
            hint="Give a path in a tempfile.TemporaryDirectory for one that need not last.",
        )
    return behind_link(Path(plain_text(given)).absolute())
