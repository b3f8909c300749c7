from collections.abc import Callable
from dataclasses import replace

from featherchat.chat.answering import answer_from_memory
from featherchat.memory import Memory, Source
from featherchat.recall.retriever import Recall
from featherchat.recollection import Recollection, ScoreParts, Step
from tests.conftest import MakeMemory

RECORD = Source("document", 0.0, path="docs/adr/0001-pool.md", line=1)


def found(memory: Memory, *trail: Step) -> Recollection:
    return Recollection(memory, 1.0, ScoreParts(1.0), trail)


def a_record(a_memory: MakeMemory) -> tuple[Memory, Callable[[str, str, str], Memory]]:
    name = "ADR-1 Limit the pool"

    def part(kind: str, label: str, text: str) -> Memory:
        return a_memory(text, title=f"{name}: {label}", kind=kind, source=RECORD)

    decision = a_memory("Twenty connections.", title=name, kind="decision", source=RECORD)
    accepted = replace(decision, attributes={"adr_status": "accepted"})
    return accepted, part


def test_nothing_found_says_so_and_what_to_do() -> None:
    answer = answer_from_memory(Recall(()))

    assert answer.startswith("No relevant memory.")
    assert "ANTHROPIC_API_KEY" in answer


def test_nothing_found_says_what_limits_it() -> None:
    answer = answer_from_memory(Recall((), notice="Two memories wait."))

    assert answer.startswith("No relevant memory.")
    assert "\n\nTwo memories wait.\n\n" in answer


def test_the_parts_of_a_record_stand_below_its_decision(a_memory: MakeMemory) -> None:
    decision, part = a_record(a_memory)
    why = part("rationale", "why", "The database allows a hundred.")
    rejected = part("alternative", "rejected forty", "Rejected: forty. It ran dry.")

    answer = answer_from_memory(Recall((found(rejected), found(decision), found(why))))

    assert answer.index("**ADR-1 Limit the pool**") < answer.index("*why*: The database")
    assert answer.index("*why*: The database") < answer.index("*rejected forty*: It ran dry.")
    assert "decision · accepted" in answer
    assert "docs/adr/0001-pool.md:1" in answer


def test_a_successor_is_named_with_its_relation(a_memory: MakeMemory) -> None:
    decision, _ = a_record(a_memory)
    newer = a_memory("Forty connections.", title="ADR-2 Widen the pool")
    step = Step("supersedes", decision.id, forward=False)

    answer = answer_from_memory(Recall((found(decision), found(newer, step))))

    assert "*superseded by ADR-2 Widen the pool*: Forty connections." in answer


def test_a_mark_that_is_cut_in_two_does_not_swallow_the_rest(a_memory: MakeMemory) -> None:
    decision, part = a_record(a_memory)
    long = part("rationale", "why", "`" + "word " * 100 + "`")

    answer = answer_from_memory(Recall((found(decision), found(long))))

    line = next(line for line in answer.splitlines() if line.startswith("- *why*"))
    assert line.count("`") == 2
