"""Which process answers for something that a store has marked as under way."""

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The app asks whose a draft is before it opens any store.
    from featherchat.store.database import Database

RUNNING = "running turn "
"""How the keys of turns under way begin; each names its process."""


def this_process() -> str:
    """What a mark of ours says."""
    return f"{socket.gethostname()} {os.getpid()}"


def lives(owner: str) -> bool:
    """Whether the process that a mark names may still be there; one of another machine may be."""
    host, _, process = owner.rpartition(" ")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is another account's
    return True


def any_running(database: "Database") -> bool:
    """Whether a turn is marked as under way, of whichever process."""
    asked = "SELECT 1 FROM meta WHERE key BETWEEN ? AND ? LIMIT 1"
    return bool(database.rows(asked, (RUNNING, RUNNING + "~")))
