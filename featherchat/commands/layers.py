"""What memory is made of: the project's facts and decisions, shared, and preferences, private."""

from dataclasses import dataclass
from pathlib import Path

from featherchat.commands.wording import counted
from featherchat.memory import Layer, traits_of
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore

_NAMES = {
    Layer.PROJECT: "project facts",
    Layer.DECISION: "decisions, fixes",
    Layer.DEVELOPER: "preferences",
    Layer.EPISODE: "episodes",
}


@dataclass(frozen=True, slots=True)
class LayerView:
    """One layer: how much of it there is, where, and for whom."""

    layer: Layer
    name: str
    count: int
    """Living memories of it that may be seen here."""

    store: Path
    """The file that it lies in."""

    seen_by: str
    """Who can see it, in a few words."""

    @property
    def note(self) -> str:
        """How many, and who can see them."""
        return f"{counted(self.count, 'memory', 'memories')}, {self.seen_by}"


@dataclass(frozen=True, slots=True)
class OwnStore:
    """How the developer's own store is doing."""

    well: bool
    detail: str
    hint: str = ""
    """What to do next, when it is not well."""


async def layers_of(project: Project) -> tuple[LayerView, ...]:
    """Every layer with its count, also an empty one."""
    by_kind = (await project.counts()).by_kind
    shared, own = project.memories.path, project.places.developer_store
    who = ", ".join(addresses(project)) or "who has no e-mail address in git"
    alone = f"private: seen by you alone ({who})"
    return tuple(
        LayerView(
            layer,
            name,
            sum(count for kind, count in by_kind.items() if traits_of(kind).layer is layer),
            own if layer is Layer.DEVELOPER else shared,
            alone if layer is Layer.DEVELOPER else "shared: seen by whoever reads the store",
        )
        for layer, name in _NAMES.items()
    )


def addresses(project: Project) -> tuple[str, ...]:
    """Every e-mail address of this developer, the one that memories are stored under first."""
    others = sorted(project.addresses - {project.developer or ""})
    return (project.developer, *others) if project.developer else tuple(others)


async def own_store(project: Project) -> OwnStore:
    """Check the store of this developer's preferences."""
    path, trouble, own = project.places.developer_store, project.memories.trouble, project.personal
    if trouble is not None:
        return OwnStore(False, str(trouble), trouble.hint)
    if own is None:
        return OwnStore(True, f"{path}: made with your first preference")
    verdict, damaged = await own.ask(_verdict)
    way_out = f"Run featherchat --store {path} doctor --salvage."
    if damaged:
        rows = f"{len(damaged)} do not say what was written into them: {', '.join(damaged)}"
        return OwnStore(False, f"{path}: {rows}", way_out)
    count = len(await project.memories.find(Filter(layers=(Layer.DEVELOPER,))))
    return OwnStore(verdict == "ok", f"{path}: {verdict}; {count:,} of yours hold here", way_out)


def _verdict(store: SqliteStore) -> tuple[str, list[str]]:
    return store.database.check(), store.damaged()
