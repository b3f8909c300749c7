"""Does the new decision stand above the one that it supersedes?

Each link in ``adr-supersedes.jsonl`` is asked for by the old record's title, after all records
of its repository were learnt by the product, links included; superseded decisions may be
told, too. Once the records are as they are, and once without the line of the old record that
names the new one, so that only what the new record says, and what both are about, can tell.
The links themselves are read only to ask and to judge.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.questions import LISTED, NOW
from benchmarks.vectors import KeptVectors
from featherchat.capture.documents import Learner
from featherchat.capture.pieces import drafts_of_record
from featherchat.capture.planning import Plan, Read
from featherchat.clock import FixedClock
from featherchat.code.files import Document
from featherchat.decisions import parse
from featherchat.embedders.local import LocalEmbedder
from featherchat.memory import Layer, Status
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.settings import LearnSettings

ALL = Filter(
    layers=(Layer.DECISION,), statuses=(Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)
)
EVIDENCE = 60
"""Characters of a link's evidence by which its line is found."""


@dataclass(frozen=True, slots=True)
class Text:
    """A record as it was read."""

    path: str
    title: str
    text: str
    added: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A supersession that an old record states, with everything that is learnt for it."""

    old: Text
    new: Text
    others: tuple[Text, ...]
    partial: bool
    evidence: str

    def records(self, *, stated: bool) -> Sequence[Text]:
        """All records; unless ``stated``, the old one without the line that names the new one."""
        if stated:
            return (self.old, self.new, *self.others)
        start = self.evidence[:EVIDENCE]
        lines = [line for line in self.old.text.splitlines() if start not in line]
        bare = Text(self.old.path, self.old.title, "\n".join(lines), self.old.added)
        return (bare, self.new, *self.others)


def links(folder: Path) -> list[Link]:
    """The supersessions in the data, in its order."""
    texts: dict[str, dict[int, Text]] = defaultdict(dict)
    for line in (folder / "adr-corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        texts[row["repo"]][row["adr"]] = Text(row["path"], row["title"], row["text"], row["added"])
    found = []
    for line in (folder / "adr-supersedes.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        records = texts[row["repo"]]
        old, new = records[row["old"]], records[row["new"]]
        others = tuple(each for each in records.values() if each not in (old, new))
        found.append(Link(old, new, others, row["partial"], row["evidence"]))
    return found


async def is_above(link: Link, *, stated: bool, cache: Path | None) -> bool:
    """Whether the old record's title brings the new record before the old one."""
    clock = FixedClock(NOW)
    embedder = KeptVectors(LocalEmbedder(), cache)
    with TemporaryDirectory() as folder:
        memories = await Memories.open(
            Path(folder) / "memory.feather", Path(folder) / "cache", clock, embedder, 5.0
        )
        plan = Plan(tuple(read(record) for record in link.records(stated=stated)))
        await Learner(memories, clock, None).learn(plan, {})
        await memories.ask(lambda store: store.flush())
        await memories.embed_pending()
        recall = await Retriever(memories, clock).recall(link.old.title, LISTED, ALL, abstain=False)
        await memories.close()
    order = [each.memory.source.path for each in recall.found]
    if link.new.path not in order:
        return False
    return link.old.path not in order or order.index(link.new.path) < order.index(link.old.path)


def read(record: Text) -> Read:
    """A record as the planner would hand it on."""
    decision = parse(record.text, record.path)
    added = datetime.fromisoformat(record.added).timestamp() if record.added else NOW
    raw = record.text.encode()
    file = Document(record.path, record.text, sha256(raw).hexdigest(), len(raw), added)
    return Read(file, drafts_of_record(decision, LearnSettings().piece_words), decision, False)


def show(folder: Path, cache: Path | None) -> None:
    """Two lines: how many of the full and of the partial links are right, in both ways."""
    found = links(folder)
    for partial in (False, True):
        chosen = [link for link in found if link.partial is partial]
        stated, unstated = (
            sum(asyncio.run(is_above(link, stated=way, cache=cache)) for link in chosen)
            for way in (True, False)
        )
        label = "partial" if partial else "full"
        print(
            f"superseding, {label} new_above_old={stated}/{len(chosen)}"
            f" without_the_old_record_s_word={unstated}/{len(chosen)}"
        )
