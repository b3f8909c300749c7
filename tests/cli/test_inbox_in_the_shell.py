"""The inbox as a person in a shell sees it."""

import asyncio
import json

import pytest

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.project import Opening, Project, Surroundings
from featherchat.store.base import Cause
from tests.cli.conftest import Shell
from tests.workshop import Workshop

LARGE = "The pool size is 50."
HELM = "Deployments go through Helm charts."


def propose(workshop: Workshop, kind: str, *texts: str) -> list[str]:
    """What a model proposes in the project that the shell sees; the ids of what waits."""

    async def run() -> list[str]:
        options = {"embedder.name": "hash"}
        opening = Opening(workshop.root, trust=True, options=options)
        project = await Project.open(opening, Surroundings.default())
        try:
            why = Cause(project.clock.new_id(), project.clock.now(), "assistant", "learnt")
            proposed = [Candidate(kind, text, text, "assistant") for text in texts]
            said = Evidence(assistant=" ".join(texts))
            learned = await project.gate.admit(proposed, said, why)
            return [memory.id for memory in learned.candidates]
        finally:
            await project.close()

    return asyncio.run(run())


@pytest.fixture
def proposals(workshop: Workshop, shell: Shell) -> list[str]:
    """The ids of two decisions that a model proposes; one contradicts what a person said."""
    shell("remember", "--kind", "decision", "The pool size is 20.")
    return propose(workshop, "decision", LARGE, HELM)


def test_an_empty_inbox_finds_nothing(shell: Shell) -> None:
    done = shell("inbox")

    assert (done.code, done.out, done.err.splitlines()[-1]) == (
        1,
        "",
        "Nothing waits for your word.",
    )


def test_what_waits_is_shown_with_what_it_contradicts(shell: Shell, proposals: list[str]) -> None:
    done = shell("inbox")
    objects = [json.loads(line) for line in shell("inbox", "--json").lines]

    assert done.code == 0
    assert "decision (unconfirmed) · The pool size is 50." in done.lines[0]
    assert "contradicts ● decision (accepted) · The pool size is 20." in done.out
    assert "pool size: 20 before, 50 now" in done.out
    assert {each["id"] for each in objects} == set(proposals)
    assert [len(each["contradicts"]) for each in objects] == [1, 0]


def test_a_word_on_each_and_an_undo(shell: Shell, proposals: list[str]) -> None:
    large, helm = proposals

    accepted = shell("inbox", "accept", large)
    rejected = shell("inbox", "reject", "--all", "--kind", "decisions")
    shell("undo")
    again = shell("inbox", "--json")

    assert accepted.out.startswith("Accepted: ● decision (accepted) · The pool size is 50.")
    assert accepted.err.splitlines()[-1].startswith("Superseded: ⊘")
    assert rejected.out.startswith("Rejected: ")
    assert [json.loads(line)["id"] for line in again.lines] == [helm]


def test_it_must_be_clear_what_is_meant(shell: Shell, proposals: list[str]) -> None:
    assert shell("inbox", "accept").code == 2
    assert shell("inbox", "accept", proposals[0], "--all").code == 2
    assert shell("inbox", "accept", proposals[0], "--kind", "decision").code == 2
    assert shell("inbox", "never", "0000000000").code == 1


def test_a_person_edits_and_merges(shell: Shell, proposals: list[str]) -> None:
    large, helm = proposals

    edited = shell("inbox", "edit", helm, "We", "deploy", "with", "Helm.")
    merged = shell("inbox", "merge", large, helm)

    assert edited.out.startswith("Changed and accepted: ● decision (accepted) · We deploy with")
    assert merged.out.startswith("Merged into: ● decision (accepted) · We deploy with Helm.")
    assert shell("inbox").code == 1


def test_a_reversal_is_told_where_it_is_said(shell: Shell) -> None:
    shell("remember", "--kind", "decision", "The pool size is 20.")

    replaced = shell("remember", "--kind", "decision", "The pool size is 30.")
    unclear = shell("remember", "--kind", "decision", "Timeout 5 s.")
    asked = shell("remember", "--kind", "decision", "Timeout 9 s.")

    assert "Superseded: ⊘ decision (superseded) · The pool size is 20." in replaced.err
    assert "May contradict" not in unclear.err
    assert "May contradict: ● decision (accepted) · Timeout 5 s." in asked.err


def test_doctor_tells_what_the_gate_has_refused(workshop: Workshop, shell: Shell) -> None:
    before = shell("doctor")
    propose(workshop, "debugging", "Is the pool too small?")
    after = shell("doctor")

    assert "nothing was refused yet" in before.out
    assert "1 refused: 1 junk (a question); last: “Is the pool too small?”" in after.out


def test_what_a_model_said_nothing_with_is_told_without_quotation_marks(
    workshop: Workshop, shell: Shell
) -> None:
    propose(workshop, "debugging", "")

    assert "last: schema: it has no text" in shell("doctor").out
