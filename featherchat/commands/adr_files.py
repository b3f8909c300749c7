"""Decisions as records in the repository: what would be written, and writing it.

A plan reads and writes nothing; it is shown as diffs. Applying it writes exactly that,
and never commits. Only what a person said in memory is written: a status they changed, a
link they stated, a decision that has no file yet.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from featherchat.capture.pieces import decision_name
from featherchat.code.file_changes import FileChange, file_change, read_bytes, write_changes
from featherchat.code.files import blob_hash, inside
from featherchat.code.record_files import RecordHome, find_homes, propose
from featherchat.commands.adr_homes import homes_of, place_of
from featherchat.commands.adr_parts import decision_of, parts_among, status_of
from featherchat.commands.adr_places import the_decision
from featherchat.commands.adr_relations import record_words
from featherchat.commands.memories import WROTE, Linked, cause, linked_of
from featherchat.commands.signs import SYMMETRIC
from featherchat.decisions import (
    RecordFile,
    linked,
    number_of,
    parse,
    reference_to,
    with_link,
    with_status,
)
from featherchat.errors import FeatherchatError, InvalidValue
from featherchat.memory import AdrStatus, Author, Edge, Kind, Memory, RelationType, Source, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.base import Cause, Document
from featherchat.store.provenance import with_sources


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not written, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What would be written into the repository, and nothing of it is yet."""

    changes: tuple[FileChange, ...] = ()
    decisions: tuple[str, ...] = ()
    """The id of the decision that each of them writes."""

    left: tuple[Left, ...] = ()

    @property
    def diff(self) -> str:
        """Every change as it is shown before it is made."""
        return "\n".join(change.diff for change in self.changes)

    @property
    def names(self) -> tuple[str, ...]:
        """The files, as git is to be told of them."""
        return tuple(change.name for change in self.changes)


async def plan_write(
    project: Project, references: Sequence[str] = (), folder: str = ""
) -> FilePlan:
    """What would bring the records in line with what people said in memory.

    Args:
        project: Whose records.
        references: Which decisions; all that a person recorded and that have no file, if
            none is named.
        folder: Where new ones go; the repository's own folder if empty.

    Raises:
        NothingFound: If a decision is not there.
        InvalidValue: If the folder leads out of the project.
    """
    homes = await homes_of(project)
    if references:
        chosen = [await the_decision(project, reference) for reference in references]
    else:
        chosen = await _unwritten(project, homes)
    return await _planned(project, chosen, homes, folder)


async def plan_filed(project: Project, changed: Sequence[Memory]) -> FilePlan:
    """What a change in memory means for those of the decisions that have a file already."""
    homes = await homes_of(project)
    return await _planned(project, [each for each in changed if each.id in homes], homes)


async def apply(project: Project, plan: FilePlan) -> tuple[str, ...]:
    """Write what was shown, and note in memory which file says what; gives back the files.

    Raises:
        InvalidValue: If a file is not as it was shown any more.
        UsageError: If one cannot be written.
    """
    await asyncio.to_thread(_write, plan.changes)
    homes = await homes_of(project)
    heads = await project.memories.get(plan.decisions)
    links = await linked_of(project, list(heads.values()))
    why = cause(project, f"{WROTE} {', '.join(plan.names)}")
    for change, decision in zip(plan.changes, plan.decisions, strict=True):
        own = [link.memory.id for link in parts_among(links.get(decision, ()))]
        await _adopt(project, change, heads[decision], homes.get(decision), own, why)
    return plan.names


def _write(changes: Sequence[FileChange]) -> None:
    """Write what was shown, unless a new record's number was taken meanwhile."""
    for change in changes:
        number, folder = number_of(change.name), change.place.parent
        if change.before is not None or number is None or not folder.is_dir():
            continue
        for name in sorted(each.name for each in folder.iterdir()):
            if number_of(name) == number and name != change.place.name:
                raise InvalidValue(
                    f"{name} has the number {number} by now; nothing was written.",
                    hint="Run adr write again: it takes the next free number.",
                )
    write_changes(changes)


async def _adopt(
    project: Project,
    change: FileChange,
    head: Memory,
    home: Document | None,
    own: Sequence[str],
    why: Cause,
) -> None:
    """Note that a file says what memory says, so that it is not learnt anew."""
    blob = blob_hash(change.after)
    if home is not None:
        document = replace(home, blob=blob, learned_at=why.at)
        await project.memories.learn_document(document, [], [], [], why)
        return
    written = parse(change.after.decode(), change.name)
    source = Source(Author.DOCUMENT, why.at, path=change.name, line=1, sha=blob)
    attributes = {**head.attributes, "number": written.number}
    if written.number is None:
        del attributes["number"]
    named = replace(head, title=decision_name(written), attributes=attributes)
    pieces = {"decision": head.id} | {f"part {place}": each for place, each in enumerate(own)}
    document = Document(change.name, blob, why.at, pieces)
    known = [with_sources(named, [source])]
    await project.memories.learn_document(document, known, [], [], why)


async def _planned(
    project: Project, chosen: Sequence[Memory], homes: Mapping[str, Document], folder: str = ""
) -> FilePlan:
    if not chosen:
        return FilePlan()
    links = await linked_of(project, chosen)

    def planned() -> FilePlan:
        return _Planner(project, homes, folder).planned(chosen, links)

    return await asyncio.to_thread(planned)


async def _unwritten(project: Project, homes: Mapping[str, Document]) -> list[Memory]:
    """What people recorded and no file says yet, the oldest first."""
    found = await project.memories.find(
        Filter(
            kinds=(Kind.DECISION,),
            statuses=(Status.ACTIVE, Status.SUPERSEDED),
            authors=(Author.USER,),
        )
    )
    return [memory for memory in reversed(found) if memory.id not in homes]


@dataclass(slots=True)
class _Sheet:
    """A record that is being changed."""

    record: RecordFile
    place: Path
    name: str
    before: bytes | None


@dataclass(slots=True)
class _Planner:
    """Changes the texts of records in memory. It reads files: run it in a thread."""

    project: Project
    homes: Mapping[str, Document]
    """The file of each decision that has one, as it was learnt."""

    folder: str
    home: RecordHome | None = None
    sheets: dict[str, _Sheet] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    def planned(self, chosen: Sequence[Memory], links: Mapping[str, Sequence[Linked]]) -> FilePlan:
        """The changes for some decisions and for the other ends of their links."""
        for memory in chosen:
            if memory.id in self.homes:
                self._state(memory)
            else:
                self._propose(memory, links.get(memory.id, ()))
        stated: dict[tuple[str, str, str], tuple[Edge, Memory, Memory]] = {}
        for memory in chosen:
            for link in _relations(links.get(memory.id, ())):
                ends = (memory, link.memory) if link.forward else (link.memory, memory)
                stated.setdefault(link.edge.key, (link.edge, *ends))
        for edge, one, other in stated.values():
            self._relate(edge, one, other)
        changes = self._changes()
        return FilePlan(tuple(changes.values()), tuple(changes), tuple(self.left))

    def _changes(self) -> dict[str, FileChange]:
        found: dict[str, FileChange] = {}
        for memory_id, sheet in self.sheets.items():
            after = sheet.record.text.encode()
            if after == sheet.before:
                continue
            try:
                found[memory_id] = file_change(sheet.place, sheet.name, sheet.before, after)
            except FeatherchatError as error:
                self.left.append(Left(sheet.name, str(error)))
        return found

    def _state(self, memory: Memory) -> None:
        """Write a status that a person changed; what is superseded says so with its link."""
        sheet = self._opened(memory)
        status = status_of(memory)
        if sheet is None or status is None or status is AdrStatus.SUPERSEDED:
            return
        record = sheet.record
        if parse(record.text, record.path).status != status:
            text = with_status(record.text, status)
            sheet.record = replace(record, text=text)

    def _propose(self, memory: Memory, links: Sequence[Linked]) -> None:
        """Give a decision its file: the next free name at this moment."""
        home = self._home()
        known = decision_of(memory, links)
        decision = replace(known, outcome=known.outcome or known.title)
        day = datetime.fromtimestamp(self.project.clock.now(), UTC).date().isoformat()
        given = [PurePosixPath(sheet.name).name for sheet in self.sheets.values()]
        proposal = propose(home, decision, day, self.project.repository, given)
        place = inside(home.base, proposal.path)
        name = str(place) if home.outside else proposal.path
        record = RecordFile(name, proposal.text)
        self.sheets[memory.id] = _Sheet(record, place, name, None)

    def _relate(self, edge: Edge, one: Memory, other: Memory) -> None:
        """State a link in the records of both ends."""
        source, target = self._opened(one), self._opened(other)
        if source is None or target is None:
            return
        forward = record_words(edge.relation, forward=True)
        backward = record_words(edge.relation, forward=False)
        if backward == forward and edge.relation not in SYMMETRIC:
            # Nobody said what it is called from the other end.
            reference = reference_to(target.record, source.record)
            text = with_link(source.record.text, forward, reference)
            source.record = replace(source.record, text=text)
            return
        source.record, target.record = linked(source.record, forward, target.record, backward)

    def _opened(self, memory: Memory) -> _Sheet | None:
        """The record of a decision, read once; None if it cannot be changed, which is noted."""
        if memory.id in self.sheets:
            return self.sheets[memory.id]
        document = self.homes.get(memory.id)
        if document is None:
            self._leave(memory, "it has no file yet; adr write gives it one")
            return None
        place = place_of(self.project, document.path)
        try:
            before = read_bytes(place, document.path)
        except InvalidValue as error:
            self._leave(memory, str(error))
            return None
        if before is None:
            self._leave(memory, f"{document.path} is gone; run adr import first")
            return None
        if blob_hash(before) != document.blob:
            self._leave(memory, f"{document.path} has changed; run adr import first")
            return None
        sheet = _Sheet(RecordFile(document.path, before.decode()), place, document.path, before)
        self.sheets[memory.id] = sheet
        return sheet

    def _leave(self, memory: Memory, reason: str) -> None:
        left = Left(memory.title, reason)
        if left not in self.left:
            self.left.append(left)

    def _home(self) -> RecordHome:
        """Where new records go: the folder that was named, else the repository's own."""
        if self.home is None:
            root, settings = self.project.root, self.project.config.adr
            roots = (self.folder,) if self.folder else settings.roots
            homes = find_homes(root, self.project.files(), settings.dir, roots)
            self.home = self._named(homes) if self.folder else homes[0]
        return self.home

    def _named(self, homes: Sequence[RecordHome]) -> RecordHome:
        root = self.project.root
        wanted = (root / self.folder).resolve()
        for home in homes:
            if home.place.resolve() == wanted:
                return home
        folder = inside(root, self.folder).relative_to(root.resolve()).as_posix()
        return RecordHome(root, folder)


def _relations(links: Sequence[Linked]) -> list[Linked]:
    """The links to other decisions that a person stated; a file's own name its words."""
    own = {link.edge.key for link in parts_among(links)}
    return [
        link
        for link in links
        if link.edge.key not in own and link.memory.kind == Kind.DECISION and _by_person(link.edge)
    ]


def _by_person(edge: Edge) -> bool:
    if edge.relation == RelationType.SUPERSEDES and edge.origin != "explicit":
        return True  # what contradicted it has taken its place, on a person's word
    return edge.origin == "explicit" and not edge.evidence
