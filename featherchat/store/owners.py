"""Which process answers for something that a store has marked as under way."""

import os
import socket


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
