"""The library face: the store for any Python process, without the assistant."""

from featherchat.db.library import DB
from featherchat.db.metadata import Metadata

__all__ = ["DB", "Metadata"]
