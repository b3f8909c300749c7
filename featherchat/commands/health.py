"""Where things lie, whether they are well, and what is set."""

import importlib.util
import shutil
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from featherchat import __version__
from featherchat.commands.layers import layers_of, own_store
from featherchat.commands.safety import newest_backup
from featherchat.commands.watching import keeper_of, standing_words
from featherchat.commands.wording import counted, percent, shown_line
from featherchat.config import settings_of
from featherchat.errors import FeatherchatError, StoreError
from featherchat.finding import Opening
from featherchat.project import Project, Surroundings
from featherchat.recollection import Filter
from featherchat.store.backups import backups_of, memories_in, way_back
from featherchat.store.faults import WAY_OUT
from featherchat.store.refusals import Refusals
from featherchat.store.sqlite import SqliteStore

_REASONS = 6
"""So many of the gate's reasons are named."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that lies somewhere."""

    name: str
    path: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    name: str
    well: bool
    detail: str
    hint: str = ""
    """What to do next, when it is not well."""


def where(project: Project) -> tuple[Place, ...]:
    """Every place that this project's memory and settings have."""
    places = project.places
    return (
        Place("project", str(project.root), f"id {project.known.id}"),
        Place("store", str(project.memories.path), _size(project.memories.path)),
        Place(
            "backups",
            str(project.memories.path.parent / "backups"),
            newest_backup(project.memories.path),
        ),
        Place("your own store", str(places.developer_store), _size(places.developer_store)),
        Place("indexes", str(places.cache / project.known.id), "derived; safe to delete"),
        Place(
            "settings", str(places.config / "config.toml"), _presence(places.config / "config.toml")
        ),
        Place(
            "project settings",
            str(project.root / ".featherchat.toml"),
            _presence(project.root / ".featherchat.toml"),
        ),
        Place("log", str(places.log), ""),
    )


def settings(project: Project) -> dict[str, Any]:
    """Every setting in force, by its full name."""
    return settings_of(project.config)


async def examine(opening: Opening, surroundings: Surroundings) -> tuple[Finding, ...]:
    """What ``doctor`` finds, also where the store cannot be opened."""
    found = surroundings.find(opening)
    backups = backups_of(found.store)
    if backups and not found.store.exists():
        # Opening would put an empty store in its place, and what is missing would look whole.
        missing = f"{found.store} is missing, but has {newest_backup(found.store)}."
        return (_version_finding(), Finding("store", False, missing, way_back(backups[0])))
    try:
        project = await Project.open(opening, surroundings)
    except StoreError as error:
        return (
            _version_finding(),
            Finding("store", False, str(error), error.hint),
            _backup_finding(found.store),
        )
    try:
        for notice in project.notices:
            surroundings.tell(notice)
        return await doctor(project)
    finally:
        await project.close()


async def doctor(project: Project) -> tuple[Finding, ...]:
    """Check the store, its rows, the embedder, the model and the tools around."""
    findings = [
        _version_finding(),
        await _or_damage("store", _store_finding(project)),
        await _or_damage("memories", _rows_finding(project)),
        await _or_damage("your own", _own_finding(project)),
        await _or_damage("layers", _layers_finding(project)),
        await _or_damage("backups", _emptied_finding(project)),
        await _or_damage("meaning", _meaning_finding(project)),
        await _or_damage("gate", _gate_finding(project)),
        _model_finding(project),
        await _or_damage("learning", _learning_finding(project)),
        Finding(
            "git",
            shutil.which("git") is not None,
            "found" if shutil.which("git") else "not found",
            "Install git, so that ignored files and branches are known.",
        ),
        _watching_finding(project),
        Finding(
            "keyring",
            True,
            "available" if importlib.util.find_spec("keyring") else "not installed (optional)",
        ),
    ]
    return tuple(findings)


async def _or_damage(name: str, finding: Coroutine[Any, Any, Finding]) -> Finding:
    try:
        return await finding
    except StoreError as error:
        return Finding(name, False, str(error), error.hint)


def _version_finding() -> Finding:
    return Finding("featherchat", True, f"{__version__}, Python {sys.version.split()[0]}")


def _backup_finding(store: Path) -> Finding:
    return Finding("backups", True, newest_backup(store))


async def _emptied_finding(project: Project) -> Finding:
    """As ``_backup_finding``; an empty store beside backups with memories took another's place."""
    backups = backups_of(project.memories.path)
    if backups and not await project.memories.ask(_has_memories):
        filled = len(memories_in(backups[0].path))
        if filled:
            words = f"the newest has {counted(filled, 'memory', 'memories')}, the store has none"
            detail = f"{newest_backup(project.memories.path)}; {words}"
            return Finding("backups", False, detail, way_back(backups[0]))
    return _backup_finding(project.memories.path)


def _has_memories(store: SqliteStore) -> bool:
    return bool(store.database.value("SELECT EXISTS (SELECT 1 FROM memories)"))


async def _store_finding(project: Project) -> Finding:
    verdict, read_only, kind = await project.memories.ask(
        lambda store: (store.database.check(), store.database.read_only, store.database.kind)
    )
    if read_only is not None:
        return Finding("store", False, str(read_only), read_only.hint)
    detail = f"{project.memories.path}: {verdict}; {kind}"
    return Finding("store", verdict == "ok", detail, WAY_OUT)


async def _rows_finding(project: Project) -> Finding:
    damaged = await project.memories.ask(lambda store: store.damaged())
    if damaged:
        return Finding(
            "memories",
            False,
            f"{len(damaged)} do not say what was written into them: {', '.join(damaged)}",
            f"Remove them with featherchat forget --hard {damaged[0]}; featherchat init learns"
            " anew what a document says.",
        )
    found = await project.memories.find(Filter(namespace=None, statuses=()))
    counts = await project.counts()
    detail = f"{len(found):,} rows match their hashes; {counts.total:,} memories are in use"
    return Finding("memories", True, f"{detail}, {counts.candidates} of them unconfirmed")


async def _own_finding(project: Project) -> Finding:
    own = await own_store(project)
    return Finding("your own", own.well, own.detail, own.hint)


async def _layers_finding(project: Project) -> Finding:
    found = await layers_of(project)
    return Finding("layers", True, "; ".join(f"{each.name}: {each.note}" for each in found))


async def _meaning_finding(project: Project) -> Finding:
    standing = await _vectors_words(project)
    if not project.memories.notice:
        try:
            await project.memories.embed_question("Does the embedder work?")
        except FeatherchatError as error:
            return Finding("meaning", False, f"{error} {standing}", error.hint)
    if project.memories.notice:
        detail = f"{project.memories.notice} {standing}"
        return Finding("meaning", False, detail, "Words find memories meanwhile.")
    return Finding("meaning", True, standing)


async def _gate_finding(project: Project) -> Finding:
    """How much was proposed and not learnt, by step and reason, with the last words of it."""
    refused = await project.memories.ask(lambda store: Refusals(store.database).all())
    total = sum(number for _, _, number in refused.counts)
    if not total:
        return Finding("gate", True, "nothing was refused yet")
    told = ", ".join(f"{n:,} {step} ({why})" for step, why, n in refused.counts[:_REASONS])
    detail = f"{total:,} refused: {told}{', …' if refused.counts[_REASONS:] else ''}"
    if refused.last:
        step, why, text = refused.last[0]
        said = f"“{text}” ({step}: {why})" if text else f"{step}: {why}"
        detail += f"; last: {said}"
    return Finding("gate", True, shown_line(detail))


async def _vectors_words(project: Project) -> str:
    """Whose vectors are in force, how many memories wait for one, and what is to replace them."""
    counts = await project.counts()
    space = await project.memories.ask(lambda store: store.settings.get("embedder"))
    words = f"Vectors by {space}" if space else "No vectors yet"
    if counts.pending:
        words += f"; {counted(counts.pending, 'memory waits', 'memories wait')} for one"
    change = await project.memories.ask(lambda store: store.reindexing.standing)
    if change is not None:
        share = percent(change.done / max(change.total, 1))
        words += f"; a reindex with {change.space} has done {change.done:,} of {change.total:,} ({share})"
    return f"{words}."


def _model_finding(project: Project) -> Finding:
    try:
        provider = project.provider
    except FeatherchatError as error:
        return Finding("model", False, str(error), error.hint)
    if provider is None:
        return Finding("model", True, "none is set up: memory answers alone")
    return Finding("model", True, f"{project.model} at {provider.address}")


async def _learning_finding(project: Project) -> Finding:
    """What learning from conversations has cost today, of what it may."""
    if not project.config.learn.conversations:
        return Finding("learning", True, "switched off (learn.conversations)")
    spending = await project.learning.spending()
    detail = f"{spending.spent:,} of {spending.limit:,} tokens of today used (learn.daily_tokens)"
    waiting = await project.learning.waiting()
    if waiting:
        detail += f"; {counted(waiting, 'turn waits', 'turns wait')} to be learnt from"
    return Finding("learning", True, detail)


def _watching_finding(project: Project) -> Finding:
    """Whether commits and saves are recorded, by whom, and which limit stands in the way."""
    try:
        keeper = keeper_of(project)
    except FeatherchatError as error:
        return Finding("watching", True, f"not possible here: {error}")
    standing = keeper.standing
    well = standing is None or not standing.notice
    return Finding("watching", well, standing_words(keeper), "Raise the limit, or leave it so.")


def _size(path: Path) -> str:
    try:
        return f"{path.stat().st_size / 1_000_000:.1f} MB"
    except OSError:
        return "not made yet"


def _presence(path: Path) -> str:
    return "" if path.exists() else "not there: defaults are in force"
