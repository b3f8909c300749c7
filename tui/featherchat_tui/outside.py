"""Texts in the person's own editor and pager, while the app steps aside."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from textual.app import SuspendNotSupported

from featherchat.cli.editor import drafted, open_in_editor
from featherchat.errors import NothingFound, UsageError

PAGER = "less"

StepAside = Callable[[], AbstractContextManager[None]]
"""Gives the terminal away for as long as the context lasts: ``App.suspend``."""


def edited(text: str, aside: StepAside, environment: Mapping[str, str] | None = None) -> str:
    """The text as the person's editor leaves it.

    Raises:
        UsageError: If there is no editor, or it fails; what was written stays in its file.
    """
    try:
        with aside(), drafted(text) as draft:
            changed = draft.edit(os.environ if environment is None else environment)
            draft.stored = True
            return changed
    except SuspendNotSupported as error:
        raise _no_terminal("editor") from error


def paged(text: str, aside: StepAside, environment: Mapping[str, str] | None = None) -> None:
    """Show the text in the person's pager.

    Raises:
        UsageError: If there is no pager.
    """
    named = (os.environ if environment is None else environment).get("PAGER") or PAGER
    handle, name = tempfile.mkstemp(prefix="featherchat-", suffix=".md")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    try:
        with aside():
            subprocess.run([*shlex.split(named), name], check=False)
    except SuspendNotSupported as error:
        raise _no_terminal("pager") from error
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The pager {named} cannot be started: {error}.", hint="Set PAGER, such as less."
        ) from error
    finally:
        Path(name).unlink(missing_ok=True)


def opened(
    root: Path,
    path: str,
    line: int | None,
    aside: StepAside,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Open a file of the project in the person's editor, at a line.

    Raises:
        NothingFound: If there is no such file any more.
        UsageError: If there is no editor, or it fails.
    """
    place = (root / path).resolve()
    # What a memory says of its source came from a repository: it must not lead out of it.
    if not (place.is_relative_to(root.resolve()) and place.is_file()):
        raise NothingFound(f"There is no file {path} here.", hint="git log finds where it was.")
    try:
        with aside():
            open_in_editor(place, os.environ if environment is None else environment, line)
    except SuspendNotSupported as error:
        raise _no_terminal("editor") from error


def _no_terminal(program: str) -> UsageError:
    return UsageError(
        f"This terminal cannot be given to the {program}.", hint="Copy the text with c instead."
    )
