"""The files of the account that the app itself reads and writes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from featherchat.store.places import Places


@dataclass(frozen=True, slots=True)
class Account:
    """Where the app finds how a person likes it. None: nothing is read and nothing is kept."""

    log: Path | None = None
    """Where the trace of a crash goes."""

    themes: Path | None = None
    """The folder of a person's own themes."""

    keys: Path | None = None
    """A person's own keys."""

    settings: Path | None = None
    """Their settings, which a chosen theme is written into."""

    layout: Path | None = None
    """How the panes were left."""

    @classmethod
    def of(cls, places: "Places") -> "Account":
        """The files of an account."""
        return cls(
            places.log / "featherchat.log",
            places.config / "themes",
            places.config / "keys.toml",
            places.config / "config.toml",
            places.data / "layout.json",
        )
