"""A repository, an account and a clock in a temporary folder: a project as tests open it."""

import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from featherchat.capture.documents import Report
from featherchat.clock import Clock, FixedClock
from featherchat.embedders.base import Embedder
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import Memory, Status
from featherchat.project import Opening, Project, Surroundings
from featherchat.providers.base import Provider
from featherchat.recollection import Filter
from featherchat.store.places import Places

ALL = Filter(namespace=None, statuses=())
LIVING = Filter(statuses=(Status.ACTIVE, Status.CANDIDATE))


class Workshop:
    """One account with one real git repository, opened as often as a test likes."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.root = folder / "webapp"
        self.home = folder / "account"
        self.places = Places(
            self.home / "data", self.home / "cache", self.home / "config", self.home / "log"
        )
        self.clock = clock or FixedClock()
        self.environment: dict[str, str] = {}
        self.root.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path: str, content: str | bytes) -> Path:
        """Put a file into the repository."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def configure(self, text: str) -> Path:
        """Write the user's own settings."""
        self.places.config.mkdir(parents=True, exist_ok=True)
        file = self.places.config / "config.toml"
        file.write_text(text, encoding="utf-8")
        return file

    @asynccontextmanager
    async def open(
        self,
        provider: Provider | None = None,
        embedder: Embedder | None = None,
        options: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Project]:
        """The project, trusted, with the hash embedder unless the options name another."""
        given = dict(options or {})
        if embedder is None and "embedder.name" not in given:
            embedder = HashEmbedder()
        surroundings = Surroundings(self.places, self.environment, self.clock, provider, embedder)
        project = await Project.open(Opening(self.root, trust=True, options=given), surroundings)
        try:
            yield project
        finally:
            await project.close()


async def learn(project: Project) -> Report:
    """What ``featherchat init`` does."""
    report = await project.learn(await project.plan_learning())
    await project.give_meaning()
    return report


async def living(project: Project) -> dict[str, Memory]:
    """The living memories by their text."""
    return {memory.text: memory for memory in await project.memories.find(LIVING)}


def files_with(folder: Path, needle: bytes) -> list[Path]:
    """The files below a folder that hold some bytes, in either case."""
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and needle.lower() in file.read_bytes().lower()
    ]
