"""Paths as a person types them, from where they are, as memories have them: from the root."""

import os
from contextlib import suppress
from pathlib import Path

from featherchat.cli.group import current_folder
from featherchat.project import Project


def from_root(project: Project, typed: str) -> str:
    """The path from the project's root; empty for the root itself.

    What is neither there nor plainly meant from here, such as ``./docs``, stays as it is typed:
    it may be from the root already, or a glob.
    """
    here, root = current_folder().resolve(), project.root.resolve()
    place = Path(os.path.normpath(here / typed))
    is_from_here = typed in (".", "..") or typed.startswith(("./", "../", "/"))
    with suppress(OSError, ValueError):
        is_from_here = is_from_here or place.exists()
    if not is_from_here or not place.is_relative_to(root):
        return typed
    return "" if place == root else place.relative_to(root).as_posix()
