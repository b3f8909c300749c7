"""Neither sixty decisions bury a note, nor a thousand notes a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.embedders.base import Embedder
from featherchat.embedders.hashing import HashEmbedder
from featherchat.embedders.local import LocalEmbedder
from featherchat.fusion import FusionWeights
from featherchat.memory import AdrStatus, Kind, Memory
from featherchat.recall.assembly import assemble
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.recall.ledger import ABOUT_DECISIONS, DECISIONS, NOTES, many_notes

pytestmark = pytest.mark.anyio

HYBRID = FusionWeights()
BY_VECTOR = FusionWeights(words=0.0, meaning=1.0)
BUDGET = 1_500


@dataclass(frozen=True)
class Firsts:
    """Of how many questions the memory that they are about came first."""

    in_the_list: int
    in_its_layer: int
    """Of the assembled prompt."""


def decisions(a_memory: MakeMemory) -> list[Memory]:
    """Accepted half a year ago."""
    return [
        a_memory(
            f"{title}. {why}",
            title=title,
            attributes={"adr_status": AdrStatus.ACCEPTED.value},
            created_at=NOW - 180 * SECONDS_PER_DAY,
        )
        for title, why in DECISIONS
    ]


def notes(a_memory: MakeMemory, texts: Sequence[str]) -> list[Memory]:
    """A week old."""
    week = NOW - 7 * SECONDS_PER_DAY
    return [a_memory(text, kind=Kind.DEBUGGING, created_at=week) for text in texts]


async def firsts(
    folder: Path,
    embedder: Embedder,
    cause: MakeCause,
    memories: Sequence[Memory],
    wanted: Mapping[str, str],
    weights: FusionWeights,
) -> Firsts:
    """Ask each question; the id of the memory that it is about is given."""
    clock = FixedClock(NOW)
    opened = await Memories.open(folder / "memory.feather", None, clock, embedder, 5.0)
    await opened.remember(memories, cause())
    await opened.ask(lambda store: store.flush())
    await opened.embed_pending()
    retriever = Retriever(opened, clock, weights=weights)
    kinds = {memory.id: memory.kind for memory in memories}
    in_the_list = in_its_layer = 0
    for question, memory_id in wanted.items():
        recall = await retriever.recall(question, layers=True, abstain=False)
        prompt = assemble(recall.layers, BUDGET).recollections
        same = [each.memory.id for each in prompt if each.memory.kind == kinds[memory_id]]
        in_the_list += recall.found[0].memory.id == memory_id
        in_its_layer += same[:1] == [memory_id]
    await opened.close()
    return Firsts(in_the_list, in_its_layer)


def test_the_ledger_holds_sixty_decisions_ten_notes_and_ten_questions() -> None:
    assert len(DECISIONS) == len({title for title, _ in DECISIONS}) == 60
    assert len(NOTES) == len(ABOUT_DECISIONS) == 10
    assert len(set(many_notes(1_000))) == 1_000


@pytest.mark.parametrize("weights", [HYBRID, BY_VECTOR], ids=["hybrid", "by vector"])
async def test_a_week_old_note_is_first_among_sixty_accepted_decisions(
    tmp_path: Path, weights: FusionWeights, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    noted = notes(a_memory, [text for text, _ in NOTES])
    wanted = {question: note.id for (_, question), note in zip(NOTES, noted, strict=True)}
    memories = [*decisions(a_memory), *noted]

    found = await firsts(tmp_path, LocalEmbedder(), a_cause, memories, wanted, weights)

    assert found.in_the_list >= 9
    assert found.in_its_layer >= 9


@pytest.mark.parametrize(
    ("embedder", "weights"),
    [
        pytest.param(HashEmbedder(1_024), HYBRID, id="hash, hybrid"),
        pytest.param(LocalEmbedder(), HYBRID, id="local, hybrid", marks=pytest.mark.slow),
        pytest.param(LocalEmbedder(), BY_VECTOR, id="local, by vector", marks=pytest.mark.slow),
    ],
)
async def test_a_decision_is_first_among_a_thousand_notes(
    tmp_path: Path,
    embedder: Embedder,
    weights: FusionWeights,
    a_memory: MakeMemory,
    a_cause: MakeCause,
) -> None:
    decided = decisions(a_memory)
    ids = {memory.title: memory.id for memory in decided}
    wanted = {question: ids[title] for question, title in ABOUT_DECISIONS.items()}
    memories = [*decided, *notes(a_memory, many_notes(1_000))]

    found = await firsts(tmp_path, embedder, a_cause, memories, wanted, weights)

    assert found.in_the_list >= 9
    assert found.in_its_layer >= 9
