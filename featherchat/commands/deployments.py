"""What was deployed where and when, and which changes went with it.

Told by CI or by a person. The newest deployment of an environment stands for what runs there;
it takes the place of the ones before, which stay in the list.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from featherchat.capture.carrying import commits_of
from featherchat.code.history import History
from featherchat.commands.memories import Linked, cause, fitted_text, linked_of, the_memory
from featherchat.commands.wording import counted
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import (
    Attribute,
    Author,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
    as_superseded,
    traits_of,
)
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import Filter
from featherchat.store.commits import known_changes

DEPLOYS = "deploys"
"""The relation from a deployment to each change that went with it."""

MOST_CHANGES = 1_000
"""Of a first deployment, which has none before it, the newest so many are linked."""

MAX_NAME = 100
"""Characters of an environment or a version."""

_NAMED = 12
"""Changes that the text names; the links name them all."""


class Result(StrEnum):
    """How a deployment went."""

    SUCCESS = "success"
    FAILURE = "failure"
    ROLLBACK = "rollback"
    """It was live, and was taken back."""


_WORDS = {
    Result.SUCCESS: "{version} deployed to {environment}",
    Result.FAILURE: "{version} failed to deploy to {environment}",
    Result.ROLLBACK: "{version} rolled back from {environment}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a deployment."""

    environment: str
    version: str
    result: Result = Result.SUCCESS
    reason: str = ""
    commit: str | None = None

    def __str__(self) -> str:
        return _WORDS[self.result].format(version=self.version, environment=self.environment)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment in memory."""

    memory: Memory
    told: Told
    changes: tuple[Memory, ...] = ()
    """What went with it, newest first."""

    rolled_back: "Deployment | None" = None
    """What took it back, if something did."""

    @property
    def at(self) -> float:
        """When it was, in seconds UTC."""
        return self.memory.created_at

    @property
    def is_live(self) -> bool:
        """Whether what it brought was there afterwards, and stayed."""
        return self.told.result is Result.SUCCESS and self.rolled_back is None

    @property
    def stands(self) -> bool:
        """Whether nothing after it says how things stand there."""
        return self.memory.status is Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording one came to."""

    deployment: Deployment
    since: Deployment | None = None
    """The last other one that was live there."""

    known: bool = False
    """It was told before."""


async def record(project: Project, new: Told, at: float | None = None) -> Recorded:
    """Note a deployment, with the changes since the last one of that environment.

    Told twice it is one: the same version, result and commit as what stands there, or the
    same version and result at the same time.

    Args:
        project: Where to.
        new: Its commit may have any name; HEAD is meant if there is none.
        at: When it was, in seconds UTC; now if nobody says.

    Raises:
        InvalidValue: If something is not named, or is no commit.
    """
    told = await _fitted(project, new)
    earlier = await deployments(project, told.environment)
    known = next((each for each in earlier if _is_known(each, told, at)), None)
    if known is not None:
        return Recorded(known, known=True)
    made_at = min(at or project.clock.now(), project.clock.now())
    live = [each for each in earlier if each.is_live and each.at <= made_at]
    changes: list[Memory] = []
    if told.result is Result.ROLLBACK:
        live = [each for each in live if each.told.version != told.version]
    else:
        changes = await _changes(project, told.commit, earlier, live[0] if live else None)
    since = live[0] if live else None
    memory = _memory(project, told, made_at, changes, since)
    replaced = _replaced(earlier, made_at, told.result)
    edges = [
        *(Edge(memory.id, each.id, DEPLOYS, created_at=made_at) for each in changes),
        *(_supersedes(memory, each) for each in replaced),
    ]
    stored = [memory, *(as_superseded(each, made_at) for each in replaced)]
    await project.memories.remember(stored, cause(project, memory.title), edges)
    return Recorded(Deployment(memory, told, tuple(changes)), since)


async def deployments(project: Project, environment: str | None = None) -> list[Deployment]:
    """Every deployment, of one environment or of all, the newest first."""
    where = Filter(kinds=(Kind.DEPLOYMENT,), statuses=(Status.ACTIVE, Status.SUPERSEDED))
    found = [
        each
        for each in await project.memories.find(where)
        if "result" in each.attributes and environment in (None, each.attributes["environment"])
    ]
    return list((await _whole(project, found)).values())


async def show(project: Project, reference: str) -> Deployment:
    """The newest deployment of a version, or the one with an id.

    Raises:
        NothingFound: If there is none.
    """
    wanted = reference.strip()
    for each in await deployments(project):
        if each.told.version == wanted:
            return each
    memory = await the_memory(project, wanted)
    if memory.kind != Kind.DEPLOYMENT or "result" not in memory.attributes:
        raise NothingFound(
            f"m:{short_id(memory.id)} is no deployment: {memory.title}.",
            hint="Find its id with deployment list.",
        )
    return (await _whole(project, [memory]))[memory.id]


async def deployed_with(
    project: Project, changes: Sequence[Memory]
) -> Mapping[str, tuple[Deployment, ...]]:
    """With which deployments each of some changes went, by its id, the first one first."""
    links = await linked_of(project, changes)
    there = {
        change: [link.memory for link in found if link.edge.relation == DEPLOYS]
        for change, found in links.items()
    }
    whole = await _whole(project, [each for found in there.values() for each in found])
    return {
        change: tuple(whole[each.id] for each in sorted(found, key=lambda each: each.created_at))
        for change, found in there.items()
        if found
    }


async def _fitted(project: Project, new: Told) -> Told:
    """A deployment as it is stored: on one line each, without secrets, with its commit's id."""
    environment = _fitted_name(project, "environment", new.environment).casefold()
    version = _fitted_name(project, "version", new.version)
    reason = " ".join(fitted_text(project, new.reason).split())
    commit = await _commit(project, new.commit or "HEAD")
    return Told(environment, version, new.result, reason, commit)


def _fitted_name(project: Project, what: str, given: str) -> str:
    name = " ".join(project.memories.redacted(given).split())
    if not name or len(name) > MAX_NAME:
        raise InvalidValue(
            f"The {what} has {len(name)} characters, but must have 1 to {MAX_NAME}.",
            hint=f"Name it shortly, such as {'v1.4' if what == 'version' else 'staging'}.",
        )
    return name


async def _commit(project: Project, name: str) -> str | None:
    if project.repository is None:
        return None
    found = await asyncio.to_thread(project.repository.commit_id, name)
    if found is None and name != "HEAD":
        raise InvalidValue(
            f"No commit here is called {name}.",
            hint="Give an id, a tag or a branch; in CI, fetch it first.",
        )
    return found


def _is_known(each: Deployment, told: Told, at: float | None) -> bool:
    if (each.told.version, each.told.result) != (told.version, told.result):
        return False
    return each.at == at if at is not None else each.stands and each.told.commit == told.commit


async def _changes(
    project: Project, commit: str | None, earlier: Sequence[Deployment], last: Deployment | None
) -> list[Memory]:
    """The changes that a commit brings and that no live deployment there has brought."""
    if commit is None or project.repository is None or project.recorder is None:
        return []
    history, before = History(project.repository), last.told.commit if last else None
    ids = (await asyncio.to_thread(history.ids, commit, before))[:MOST_CHANGES]
    await project.recorder.record_some(ids)
    order = {each: place for place, each in enumerate(ids)}
    known = await project.memories.ask(lambda store: known_changes(store.database))
    wanted = [each.id for each in known if not order.keys().isdisjoint(each.commits)]
    # A shallow clone may not hold the last one's commit, so its changes are left out by name.
    live = {change.id for each in earlier if each.is_live for change in each.changes}
    found = await project.memories.get([each for each in wanted if each not in live])
    chosen = [each for each in found.values() if each.status is not Status.RETIRED]
    return sorted(
        chosen, key=lambda each: min(order.get(sha, len(ids)) for sha in commits_of(each))
    )


def _replaced(earlier: Sequence[Deployment], at: float, result: Result) -> list[Memory]:
    """What no longer says how things stand there."""
    if result is Result.FAILURE:
        return []
    return [
        each.memory
        for each in earlier
        if each.memory.status is Status.ACTIVE and each.memory.created_at <= at
    ]


def _supersedes(memory: Memory, old: Memory) -> Edge:
    return Edge(memory.id, old.id, RelationType.SUPERSEDES, created_at=memory.created_at)


def _memory(
    project: Project, told: Told, at: float, changes: Sequence[Memory], since: Deployment | None
) -> Memory:
    attributes: dict[str, Attribute] = {
        "environment": told.environment,
        "version": told.version,
        "result": told.result.value,
        "commit": told.commit,
        "reason": told.reason,
    }
    return Memory(
        id=project.clock.new_id(),
        text=fitted_text(project, "\n".join(_lines(told, at, changes, since))),
        title=str(told),
        kind=Kind.DEPLOYMENT,
        source=Source(Author.USER, at, sha=told.commit),
        created_at=at,
        importance=traits_of(Kind.DEPLOYMENT).importance,
        developer=project.developer,
        attributes={name: value for name, value in attributes.items() if value},
    )


def _lines(
    told: Told, at: float, changes: Sequence[Memory], since: Deployment | None
) -> Iterator[str]:
    """What is said of it; the time keeps two deployments of one version apart."""
    commit = f" at commit {told.commit[:12]}" if told.commit else ""
    yield f"{told}{commit}, {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC."
    if told.reason:
        yield f"Reason: {told.reason}"
    if told.result is Result.ROLLBACK and since is not None:
        yield f"{since.told.version} was live before it."
    elif changes:
        named = "; ".join(each.title for each in changes[:_NAMED])
        more = f"; and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
        after = f" since {since.told.version}" if since else ""
        yield f"{counted(len(changes), 'change')}{after}: {named}{more}"


async def _whole(project: Project, memories: Sequence[Memory]) -> dict[str, Deployment]:
    """Deployments with their changes and what took them back, by id, in their order."""
    links = await linked_of(project, memories)
    return {each.id: _read(each, links.get(each.id, ())) for each in memories}


def _read(memory: Memory, links: Sequence[Linked]) -> Deployment:
    told = _told(memory)
    taken_back = [
        Deployment(link.memory, later)
        for link in links
        if not link.forward
        and link.edge.relation == RelationType.SUPERSEDES
        and "result" in link.memory.attributes
        and (later := _told(link.memory)).result is Result.ROLLBACK
        and later.version == told.version
    ]
    changes = [link.memory for link in links if link.forward and link.edge.relation == DEPLOYS]
    changes.sort(key=lambda each: -each.created_at)
    return Deployment(memory, told, tuple(changes), taken_back[0] if taken_back else None)


def _told(memory: Memory) -> Told:
    def said(attribute: str) -> str:
        value = memory.attributes.get(attribute)
        return value if isinstance(value, str) else ""

    result = Result(said("result"))
    environment, version = said("environment"), said("version")
    return Told(environment, version, result, said("reason"), said("commit") or None)
