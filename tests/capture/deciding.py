"""A repository in which decisions are recorded and code is changed, for tests of their links."""

from featherchat.memory import Edge, Kind, Memory
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from tests.workshop import Workshop, learn

CHANGES = Filter(kinds=(Kind.CODE_CHANGE,))
DAYS = ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08")


def record(number: int, title: str, text: str = "", day: str = "2026-01-01", top: str = "") -> str:
    return (
        f"{top}# {number}. {title}\n\nDate: {day}\n\n## Status\n\nAccepted\n\n"
        f"## Decision\n\n{text or title}\n"
    )


def decide(workshop: Workshop, number: int, title: str, text: str = "", **given: str) -> None:
    workshop.write(f"doc/adr/{number:04d}-record.md", record(number, title, text, **given))


def commit(workshop: Workshop, message: str, day: str, *paths: str) -> None:
    for path in paths:
        workshop.write(path, f"{message}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message, "--date", f"{day}T10:00:00Z")


KEYRING = "The keys live in src/auth/keyring.py alone."


def rotate_the_keys(workshop: Workshop, message: str = "Rotate the keys") -> None:
    """A commit of the file that a decision names, which no word of the commit does."""
    decide(workshop, 1, "Sign tokens", KEYRING)
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, message, DAYS[1], "src/auth/keyring.py")


async def recorded(project: Project) -> dict[str, Memory]:
    """The changes by their title, once everything is in memory."""
    await learn(project)
    assert project.recorder is not None
    await project.recorder.record()
    return {each.title: each for each in await project.memories.find(CHANGES)}


async def links(project: Project, change: Memory) -> list[Edge]:
    edges = await project.memories.edges_of([change.id])
    return sorted((e for e in edges if e.target_id == change.id), key=lambda e: -e.confidence)


def said(project: Project, edge: Edge) -> Cause:
    return Cause(project.clock.new_id(), project.clock.now(), "user", edge.evidence)
