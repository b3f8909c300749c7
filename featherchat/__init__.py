"""A terminal coding assistant that remembers why.

``DB`` and ``Metadata`` are its memory as a library. They are loaded when first named,
because a command that needs no store should not pay for one.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from featherchat.db import DB, Metadata

__version__ = "0.1.0"
__all__ = ["DB", "Metadata", "__version__"]


def __getattr__(name: str) -> Any:
    if name not in ("DB", "Metadata"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from featherchat import db

    return getattr(db, name)
