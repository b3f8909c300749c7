"""Which project a folder is, how it is set, and where its store lies, before the store is opened.

A store that cannot be opened must still be found: to be named, salvaged, or put
back from a backup.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from featherchat.clock import Clock
from featherchat.code.git import git_missing
from featherchat.code.repository import Repository, find_root, normalized_origin
from featherchat.config import Config, load_config
from featherchat.errors import NotTrusted, UsageError
from featherchat.store.backups import backups_of, way_back
from featherchat.store.mounts import behind_link
from featherchat.store.places import Match, Places, ProjectKeys, Registry
from featherchat.store.registry_file import KnownProject

NEW_PROJECT = "new"
"""Chosen in place of a project's id, to begin a new one."""

_EMAIL, _ORIGIN = "user.email", "remote.origin.url"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a person asked for when a project is opened."""

    folder: Path
    trust: bool = False
    """Trust the folder from now on, without a question."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings from the command line, as ``section.key``."""

    choose: str | None = None
    """The id of the project that an ambiguous folder belongs to, or ``new``."""


@dataclass(frozen=True, slots=True)
class Found:
    """A project that is known, trusted and set, and not yet open."""

    known: KnownProject
    root: Path
    repository: Repository | None
    config: Config
    store: Path
    """The one file, which may not be there yet."""

    cache: Path
    """The folder of the indexes that are derived from it."""

    developer: str | None
    """Who works here: git's user.email, or the first of the addresses it is joined with."""

    addresses: frozenset[str]
    """Every address of this developer; empty if git knows none."""

    notices: tuple[str, ...]
    """What a person should hear of; some may be empty."""


def find_project(
    opening: Opening, places: Places, environment: Mapping[str, str], clock: Clock
) -> Found:
    """Find the project around a folder, or make it known.

    Reads no file of the repository but git's own, unless the folder is trusted.

    Raises:
        NotTrusted: If nobody has said yet that the folder may be read.
        UsageError: If the folder cannot be a project, or may be one of several.
        ConfigError: If a setting is wrong.
    """
    repository = Repository.open(opening.folder)
    root = repository.root if repository else find_root(opening.folder)
    # One question to git instead of two: a process costs 3 ms of each start.
    settings = repository.configured(_EMAIL, _ORIGIN) if repository else {}
    keys = _keys_of(root, repository, settings.get(_ORIGIN))
    registry = Registry(places, clock)
    if opening.trust:
        registry.trust(keys)
    elif not registry.is_trusted(keys):
        raise NotTrusted(root)
    config = load_config(places.config / "config.toml", root, environment)
    config = config.with_options(opening.options)
    match = _chosen(registry, keys, opening.choose)
    known = match.project or registry.create(keys)
    notices = [registry.notice, match.notice, _git_notice(root, repository)]
    named = Path(config.store.path).expanduser() if config.store.path else known.store
    store = behind_link(named)
    if not store.exists():
        notices.append(_missing_notice(store, named=bool(config.store.path)))
    cache = places.cache / known.id
    own = _addresses(settings.get(_EMAIL), config.developer.emails)
    developer = own[0] if own else None
    return Found(
        known, root, repository, config, store, cache, developer, frozenset(own), tuple(notices)
    )


def _addresses(email: str | None, joined: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses of who works here. Somebody else on the account is not joined."""
    if email is None:
        return joined
    known = {each.casefold() for each in joined}
    return (*joined, email) if email.casefold() in known else (email,)


def _missing_notice(store: Path, *, named: bool) -> str:
    """What to know of a store that is not there: a new project's is not worth a word."""
    backups = backups_of(store)
    if backups:
        return f"{store} is gone: a new store is made there. {way_back(backups[0])}"
    return f"{store} did not exist: a new store is made there." if named else ""


def _keys_of(root: Path, repository: Repository | None, origin: str | None) -> ProjectKeys:
    """What a folder is recognized by."""
    if repository is None:
        # Without git, the id in its folder is still there to be found.
        git_folder = root / ".git"
        return ProjectKeys(root, git_folder if git_folder.is_dir() else None)
    address = normalized_origin(origin) if origin else None
    return ProjectKeys(root, repository.common_dir, address, repository.smallest_root_commit)


def _chosen(registry: Registry, keys: ProjectKeys, choice: str | None) -> Match:
    match = registry.lookup(keys)
    if match.project is not None or not match.candidates:
        return match
    if choice == NEW_PROJECT:
        return Match(None)
    if choice is not None:
        return registry.adopt(choice, keys)
    names = "; ".join(
        f"{project.name} ({', '.join(project.paths) or 'no known folder'}): --project {project.id}"
        for project in match.candidates
    )
    raise UsageError(
        f"{keys.folder} may belong to a known project: {names}.",
        hint=f"Say which with --project ID, or begin a new one with --project {NEW_PROJECT}.",
    )


def _git_notice(root: Path, repository: Repository | None) -> str:
    if repository is None and git_missing() and (root / ".git").exists():
        return "git is not installed: commits are not known, and ignored files are guessed."
    return ""
