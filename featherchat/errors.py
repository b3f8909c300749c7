"""The errors that featherchat raises on purpose.

* FeatherchatError
  * UsageError              a command was called in a way that cannot work
    * ConfigError           a setting is missing, misspelt or out of range
    * InvalidValue          a value cannot be stored or asked for
    * NotTrusted            nobody has said yet that this folder may be read
  * NothingFound            what was asked for does not exist
  * StoreError              the memory store cannot be read or written
    * StoreBusy             another process kept the write lock for too long
    * StoreDamaged          a row or a file does not say what was written
    * StoreTooNew           a later version of featherchat wrote this store
    * NotAStore             the file belongs to another program
    * StoreReadOnly         the store or its folder cannot be written
  * EmbedderError           a text could not be turned into a vector
    * EmbedderMismatch      the store's vectors come from another embedder
  * ProviderError           the model's server refused or could not be reached
    * KeyRejected           the key is missing, wrong or not allowed
    * RateLimited           the server asks us to wait longer than we do unasked
    * PromptTooLong         the turn does not fit into the model's context
    * ProviderUnreachable   no answer, or an address that does not answer
    * AnswerCut             the stream ended before the answer was complete

Each carries a ``hint``: one imperative sentence that says what to do next.
Anything else that escapes is a bug and keeps its traceback.
"""

from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the process says to the shell."""

    DONE = 0
    NOTHING = 1
    USAGE = 2
    STORE = 3
    PROVIDER = 4


class FeatherchatError(Exception):
    """Something went wrong that a person can act on."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint
        """What to do next, in one sentence."""


class UsageError(FeatherchatError):
    """A command was called in a way that cannot work."""


class ConfigError(UsageError):
    """A setting is missing, misspelt or out of range."""


class InvalidValue(UsageError):
    """A value cannot be stored or asked for; the message names it and the limit."""


class NotTrusted(UsageError):
    """Nobody has said yet that this folder may be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is not trusted yet, so nothing in it was read.",
            hint="Add --trust to this command once, or start featherchat there and answer yes.",
        )
        self.folder = folder


class NothingFound(FeatherchatError):
    """What was asked for does not exist."""

    exit_code = ExitCode.NOTHING


class StoreError(FeatherchatError):
    """The memory store cannot be read or written."""

    exit_code = ExitCode.STORE


class StoreBusy(StoreError):
    """Another process kept the store's write lock for longer than we wait."""

    def __init__(self, path: Path, waited: float) -> None:
        super().__init__(
            f"{path} is being written by another process (waited {waited:.0f} s).",
            hint="Try again, or raise store.busy_timeout.",
        )
        self.path = path


class StoreDamaged(StoreError):
    """A row or a file does not say what was written into it."""


class StoreTooNew(StoreError):
    """A later version of featherchat wrote this store."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} has schema {found}; this version of featherchat knows {known}.",
            hint="Upgrade featherchat; until then the store can be read, not written.",
        )
        self.path = path


class NotAStore(StoreError):
    """The file in the store's place belongs to another program."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} is not a featherchat store: {why}.",
            hint="Move that file away, or choose another place with --store PATH.",
        )
        self.path = path


class StoreReadOnly(StoreError):
    """The store or its folder cannot be written."""


class EmbedderError(FeatherchatError):
    """A text could not be turned into a vector."""

    exit_code = ExitCode.PROVIDER


class EmbedderMismatch(EmbedderError):
    """The store's vectors come from another embedder than the configured one."""

    exit_code = ExitCode.STORE

    def __init__(self, stored: str, configured: str) -> None:
        name = stored.split("@")[0]
        # Of two forms of one embedder the name alone would not say which.
        former = stored if name == configured.split("@")[0] else name
        super().__init__(
            f"The store's vectors were made by {stored}, but {configured} is configured.",
            hint="Run featherchat reindex to embed every memory anew, or configure "
            f"{former} again; words keep working meanwhile.",
        )
        self.stored = stored
        self.configured = configured


class ProviderError(FeatherchatError):
    """The model's server refused or could not be reached."""

    exit_code = ExitCode.PROVIDER


class KeyRejected(ProviderError):
    """The key is missing, wrong or not allowed to do this."""


class RateLimited(ProviderError):
    """The server asks for a longer pause than is made without asking."""


class PromptTooLong(ProviderError):
    """The turn does not fit into the model's context."""


class ProviderUnreachable(ProviderError):
    """The server could not be reached, or never answered."""


class AnswerCut(ProviderError):
    """The stream ended before the answer was complete."""
