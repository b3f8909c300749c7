"""What is learnt from a conversation, what is missed, and what is made up?

    python -m benchmarks.capture --data DIR [--show] [--embedder local]

Plays three conversations that were written by hand, turn by turn, through the product: without
a model, and the first one also with a model whose answers are scripted, some of them bad. Prints
for each kind how many of the planted statements were captured, and what was missed, invented
(learnt from words that hold nothing), learnt twice, and how many reversals closed what they
reverse. The extractor was made with the first two conversations in sight; the third, ``fresh``,
was written when the rules stood.

DIR, or the folder ``retrieval`` in it, holds ``locomo_turns.jsonl`` and ``adr.jsonl``: chat between friends about no project, and
the context sections of decision records. Prints how many statements the rules take from them;
every one from the chat is false. ``--show`` prints each for reading.
"""

import argparse
import asyncio
import json
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from featherchat.capture.distiller import is_trivial
from featherchat.capture.statements import Statement, explicit_statements
from featherchat.clock import FixedClock
from featherchat.embedders.base import Embedder
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.opening import open_embedder
from featherchat.memory import Kind, Memory, Status
from featherchat.messages import Learned, TurnStatus
from featherchat.project import Opening, Project, Surroundings
from featherchat.providers.scripted import ScriptedProvider
from featherchat.store.places import Places
from featherchat.store.transcripts import ChatSession, Turn

CONVERSATIONS = Path(__file__).parent.parent / "tests" / "capture" / "conversations"
BESIDE = (Kind.ALTERNATIVE, Kind.RATIONALE)
"""What a model may learn beside a planted statement from the same words."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that a turn says and that is to be learnt."""

    id: str
    group: str
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    """Each must occur; ``a|b`` is one of two."""

    reverses: str = ""

    def is_in(self, memory: Memory) -> bool:
        """Whether a memory says it, of whatever kind."""
        text = memory.text.casefold()
        return all(any(word in text for word in each.split("|")) for each in self.words)


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn with what is to be learnt of it."""

    turn: Turn
    planted: tuple[Planted, ...]
    again: tuple[str, ...]
    """What is said once more and must not be learnt twice."""


@dataclass(slots=True)
class Outcome:
    """What came of a conversation."""

    captured: dict[str, Memory] = field(default_factory=dict)
    invented: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    mistaken: list[str] = field(default_factory=list)
    """Learnt, as another kind than it is."""

    beside: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    superseded: set[str] = field(default_factory=set)
    """The planted ids whose memories were closed at the end."""


def scenes(path: Path) -> list[Scene]:
    """A conversation from its file."""
    found = []
    for number, row in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["turn"], 1):
        turn = Turn(
            f"turn-{number:03}",
            path.stem,
            row["user"].strip(),
            0.0,
            answer=row["assistant"].strip(),
            status=TurnStatus.COMPLETE,
        )
        planted = tuple(
            Planted(
                each["id"],
                each["group"],
                tuple(each["kinds"]),
                tuple(each["words"]),
                each.get("reverses", ""),
            )
            for each in row.get("expect", ())
        )
        found.append(Scene(turn, planted, tuple(row.get("again", ()))))
    return found


def script(path: Path, played: Sequence[Scene]) -> list[str]:
    """A model's answers to the turns that are sent to it, in order."""
    rows = {row["turn"]: row for row in tomllib.loads(path.read_text(encoding="utf-8"))["answer"]}
    return [
        _answer(rows.get(number, {}))
        for number, scene in enumerate(played, 1)
        if not is_trivial(scene.turn)
    ] + ['{"candidates": []}']


def _answer(row: Mapping[str, Any]) -> str:
    if "prose" in row:
        return str(row["prose"])
    empty = {"subject": "", "slot": "", "replaces": "", "links": []}
    return json.dumps({"candidates": [empty | each for each in row.get("candidates", ())]})


async def play(
    played: Sequence[Scene], folder: Path, embedder: Embedder, answers: Sequence[str] | None
) -> Outcome:
    """Let the product hear a conversation, and compare what it learnt with what was planted."""
    root = folder / "project"
    root.mkdir()
    places = Places(folder / "data", folder / "cache", folder / "config", folder / "log")
    provider = None if answers is None else ScriptedProvider(answers)
    clock = FixedClock()
    around = Surroundings(places, {}, clock, provider, embedder)
    project = await Project.open(Opening(root, trust=True), around)
    try:
        head = ChatSession(played[0].turn.session_id, "", clock.now(), clock.now())
        await project.memories.keep(lambda transcripts: transcripts.put_session(head))
        outcome = Outcome()
        for scene in played:
            clock.advance(seconds=60.0)
            turn = scene.turn
            await project.memories.keep(lambda transcripts, turn=turn: transcripts.put_turn(turn))  # type: ignore[misc]
            _compare(outcome, scene, await project.learn_from(turn))
        _compare(outcome, Scene(played[-1].turn, (), ()), await project.finish_session(head.id))
        now = await project.memories.get([each.id for each in outcome.captured.values()])
    finally:
        await project.close()
    closed = {memory.id for memory in now.values() if memory.status is Status.SUPERSEDED}
    outcome.superseded = {name for name, each in outcome.captured.items() if each.id in closed}
    return outcome


def _compare(outcome: Outcome, scene: Scene, learned: Learned) -> None:
    outcome.refused.update(each.step for each in learned.refusals)
    for memory in (*learned.written, *learned.candidates):
        meant = next((each for each in scene.planted if each.is_in(memory)), None)
        if meant is None and scene.again:
            outcome.duplicated.append(memory.text)
        elif meant is None and scene.planted and memory.kind in BESIDE:
            outcome.beside += 1
        elif meant is None:
            outcome.invented.append(f"[{memory.kind}] {memory.text}")
        elif memory.kind in meant.kinds and meant.id not in outcome.captured:
            outcome.captured[meant.id] = memory
        elif memory.kind in BESIDE:
            outcome.beside += 1
        elif memory.kind in meant.kinds:
            outcome.duplicated.append(memory.text)
        else:
            outcome.mistaken.append(f"[{memory.kind}] {memory.text}")


def report(name: str, played: Sequence[Scene], outcome: Outcome) -> None:
    """Print what came of a conversation."""
    planted = [each for scene in played for each in scene.planted]
    figures = []
    for group in dict.fromkeys(each.group for each in planted):
        ids = [each.id for each in planted if each.group == group]
        figures.append(f"{group}={sum(name in outcome.captured for name in ids)}/{len(ids)}")
    reversals = [each for each in planted if each.reverses]
    closed = sum(each.reverses in outcome.superseded for each in reversals)
    print(
        f"conversation={name} turns={len(played)} {' '.join(figures)}"
        f" superseded={closed}/{len(reversals)} invented={len(outcome.invented)}"
        f" duplicated={len(outcome.duplicated)} mistaken={len(outcome.mistaken)}"
        f" beside={outcome.beside}"
    )
    for word, texts in (
        ("missed", [each.id for each in planted if each.id not in outcome.captured]),
        ("invented", outcome.invented),
        ("duplicated", outcome.duplicated),
        ("mistaken", outcome.mistaken),
        ("refused", [f"{step}: {count}" for step, count in sorted(outcome.refused.items())]),
    ):
        if texts:
            print(f"  {word}: {'; '.join(texts)}")


def real_text(folder: Path) -> dict[str, tuple[int, list[Statement]]]:
    """Texts that nobody wrote for this, and the statements that the rules take from them."""
    if (folder / "retrieval").is_dir():
        folder = folder / "retrieval"
    return {
        "chat_turns": _statements(folder / "locomo_turns.jsonl", "text"),
        "record_contexts": _statements(folder / "adr.jsonl", "context"),
    }


def _statements(path: Path, name: str) -> tuple[int, list[Statement]]:
    texts = [json.loads(line)[name] for line in path.read_text(encoding="utf-8").splitlines()]
    return len(texts), [each for text in texts for each in explicit_statements(text)]


async def measure(embedder: Embedder) -> None:
    """Play every conversation."""
    plays: Iterable[tuple[str, str, str | None]] = (
        ("forty_turns", "without a model", None),
        ("forty_turns", "with a scripted model", "forty_turns_answers"),
        ("held_out", "without a model", None),
        ("fresh", "without a model", None),
    )
    for name, way, answers in plays:
        played = scenes(CONVERSATIONS / f"{name}.toml")
        script_ = script(CONVERSATIONS / f"{answers}.toml", played) if answers else None
        with tempfile.TemporaryDirectory() as folder:
            outcome = await play(played, Path(folder), embedder, script_)
        report(f"{name} ({way})", played, outcome)


def main(argv: Sequence[str] | None = None) -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--embedder", choices=("hash", "local"), default="local")
    given = parser.parse_args(argv)
    embedder = HashEmbedder() if given.embedder == "hash" else open_embedder("local")
    assert embedder is not None
    asyncio.run(measure(embedder))
    if given.data is None:
        return
    for name, (count, found) in real_text(given.data).items():
        print(f"{name}={count} statements={len(found)} per_1000={1000 * len(found) / count:.1f}")
        for each in found if given.show else ():
            print(f"  [{each.kind}] {each.text}")


if __name__ == "__main__":
    main()
