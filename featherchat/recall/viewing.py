"""Who looks at memory: what is private to one developer is seen by nobody else.

A preference belongs to the developer who has it, and holds in all projects or in those
that its scope names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from featherchat.memory import Attribute, Layer, Memory

SCOPE = "scope"
"""The attribute of a preference that says where it holds."""

ALL_PROJECTS = "all"
"""The scope of what follows the person everywhere; else the ids of projects."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and from which project."""

    developer: str | None
    """Under which address private memories are stored; None if git knows none."""

    addresses: frozenset[str] = frozenset()
    """Every address of this developer."""

    project: str = ""
    """The id of the project that is open."""

    def owns(self, memory: Memory) -> bool:
        """Whether a private memory is this developer's."""
        return memory.developer == self.developer or memory.developer in self.addresses

    def sees(self, memory: Memory) -> bool:
        """Whether a memory may be shown here."""
        if memory.layer is not Layer.DEVELOPER:
            return True
        return self.owns(memory) and _holds_in(memory.attributes, self.project)


def joined_scope(one: Attribute, other: Attribute) -> str:
    """The scope of a preference that was stated with two."""
    projects = [*_words(one), *_words(other)]
    return ALL_PROJECTS if ALL_PROJECTS in projects else " ".join(dict.fromkeys(projects))


def _holds_in(attributes: Mapping[str, Attribute], project: str) -> bool:
    scopes = _words(attributes.get(SCOPE))
    return ALL_PROJECTS in scopes or project in scopes


def _words(scope: Attribute) -> list[str]:
    return str(scope or ALL_PROJECTS).split()
