"""What waits for a person's word, and what becomes of it."""

from dataclasses import replace

import pytest

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.clock import FixedClock
from featherchat.commands import inbox
from featherchat.commands import memories as verbs
from featherchat.commands.inbox import Verb, Which
from featherchat.commands.slash import parse_line, run_line
from featherchat.errors import InvalidValue, UsageError
from featherchat.memory import Memory, Status
from featherchat.messages import Learned
from featherchat.project import Project
from featherchat.store.base import Cause
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

HELM = "Deployments go through Helm charts."
REDIS = "Sessions are stored in Redis with appendonly on."
SMALL = "The pool size is 20."
LARGE = "The pool size is 50."


async def proposed(project: Project, *texts: str, kind: str = "decision") -> Learned:
    """What a model proposes after a turn."""
    cause = Cause(project.clock.new_id(), project.clock.now(), "assistant", "learnt", "s", "t")
    said = Evidence(assistant=" ".join(texts))
    return await project.gate.admit(
        [Candidate(kind, text, text, "assistant") for text in texts], said, cause
    )


async def waiting(project: Project) -> list[Memory]:
    return [item.memory for item in await inbox.list_inbox(project)]


async def now(project: Project, memory: Memory) -> Memory:
    return (await project.memories.get([memory.id]))[memory.id]


async def test_what_a_model_decides_waits_with_its_quote_the_oldest_first(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        await proposed(project, HELM)
        clock.advance(seconds=60)
        await proposed(project, REDIS)
        items = await inbox.list_inbox(project)

    assert [item.memory.text for item in items] == [HELM, REDIS]
    assert [item.memory.source.quote for item in items] == [HELM, REDIS]


async def test_a_person_accepts_and_is_the_decider(workshop: Workshop) -> None:
    workshop.git("config", "user.email", "ada@example.org")

    async with workshop.open() as project:
        (memory,) = (await proposed(project, HELM)).candidates
        decided = await inbox.decide(project, [memory.id], Verb.ACCEPT)
        accepted = await now(project, memory)
        left = await waiting(project)
        await verbs.undo(project)
        undone = await now(project, memory)

    assert decided.memories == (accepted,)
    assert (accepted.status, accepted.adr_status, accepted.trust) == ("active", "accepted", 1.0)
    assert accepted.attributes["deciders"] == "ada@example.org"
    assert [source.author for source in (accepted.source, *accepted.sources)] == [
        "user",
        "assistant",
    ]
    assert left == []
    assert undone == memory


async def test_accepting_closes_what_it_contradicts(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (old,) = (await verbs.remember(project, SMALL, kind="decision")).stored
        (memory,) = (await proposed(project, LARGE)).candidates
        (item,) = await inbox.list_inbox(project)
        decided = await inbox.decide(project, [memory.id], Verb.ACCEPT)
        closed = await now(project, old)
        await verbs.undo(project)
        again = await now(project, old)

    assert item.contradicts == (old,)
    assert item.reasons == ("pool size: 20 before, 50 now",)
    assert decided.superseded == (closed,)
    assert closed.status is Status.SUPERSEDED
    assert again == old


async def test_both_may_hold(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (old,) = (await verbs.remember(project, SMALL, kind="decision")).stored
        (memory,) = (await proposed(project, LARGE)).candidates
        decided = await inbox.decide(project, [memory.id], Verb.BOTH)
        statuses = [(await now(project, each)).status for each in (old, memory)]

    assert decided.superseded == ()
    assert statuses == [Status.ACTIVE, Status.ACTIVE]


async def test_what_a_person_said_is_asked_about_only_while_both_hold(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, "Use pytest for tests.", kind="decision")
        (memory,) = (
            await verbs.remember(project, "Use hypothesis for tests.", kind="decision")
        ).stored
        asked = await waiting(project)
        await inbox.decide(project, [memory.id], Verb.BOTH)
        settled = await waiting(project)

    assert [each.id for each in asked] == [memory.id]
    assert settled == []


async def test_what_is_rejected_may_come_again_and_what_is_never_learnt_may_not(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        (helm,) = (await proposed(project, HELM)).candidates
        (redis,) = (await proposed(project, REDIS)).candidates
        await inbox.decide(project, [helm.id], Verb.REJECT)
        await inbox.decide(project, [redis.id], Verb.NEVER)
        retired = [(await now(project, each)).status for each in (helm, redis)]
        clock.advance(seconds=60)
        cause = Cause(project.clock.new_id(), project.clock.now(), "assistant", "learnt")
        again = await project.gate.admit(
            [Candidate("decision", text, text, "assistant") for text in (HELM, REDIS)],
            Evidence(assistant=f"{HELM} {REDIS}"),
            cause,
        )

    assert retired == [Status.RETIRED, Status.RETIRED]
    assert [each.text for each in again.candidates] == [HELM]
    assert [each.step for each in again.refusals] == ["tombstone"]


async def test_edited_words_are_the_persons_and_redacted(workshop: Workshop) -> None:
    key = "npm_" + "a1B2" * 9

    async with workshop.open() as project:
        (memory,) = (await proposed(project, HELM)).candidates
        decided = await inbox.edit(project, memory.id, f"Deploy with Helm 3 and {key}.")
        with pytest.raises(InvalidValue):
            await inbox.edit(project, memory.id, "once more")

    (edited,) = decided.memories
    assert (edited.id, edited.status, edited.trust) == (memory.id, Status.ACTIVE, 1.0)
    assert edited.text.startswith("Deploy with Helm 3 and [redacted:npm-token:")
    assert edited.title == edited.text


async def test_a_merged_one_leaves_its_source_with_what_is_kept(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (kept,) = (await verbs.remember(project, "We deploy by Helm.", kind="decision")).stored
        (memory,) = (await proposed(project, HELM)).candidates
        await inbox.merge(project, memory.id, kept.id)
        with pytest.raises(InvalidValue):
            await inbox.merge(project, memory.id, memory.id)
        after, gone = await now(project, kept), await now(project, memory)

    assert (after.text, after.source) == (kept.text, kept.source)
    assert [source.quote for source in after.sources] == [HELM]
    assert gone.status is Status.RETIRED


async def test_a_batch_is_one_change(workshop: Workshop) -> None:
    async with workshop.open() as project:
        learned = await proposed(project, HELM, REDIS)
        await proposed(project, "Errors are never swallowed.", kind="convention")
        some = await inbox.decide(project, (), Verb.ACCEPT, Which(kinds=("decision",)))
        left = await waiting(project)
        await verbs.undo(project)
        again = await waiting(project)

    assert {each.id for each in some.memories} == {each.id for each in learned.candidates}
    assert [each.kind for each in left] == ["convention"]
    assert len(again) == 3


async def test_older_ones_are_chosen_by_their_age(workshop: Workshop, clock: FixedClock) -> None:
    async with workshop.open() as project:
        await proposed(project, HELM)
        clock.advance(days=40)
        await proposed(project, REDIS)
        before = clock.now() - 30 * 86_400
        found = await inbox.list_inbox(project, Which(before=before))

    assert [item.memory.text for item in found] == [HELM]


async def test_nothing_is_decided_of_what_does_not_wait(workshop: Workshop) -> None:
    async with workshop.open() as project:
        (memory,) = (await verbs.remember(project, "Plain talk about the pool.")).stored

        with pytest.raises(InvalidValue, match="does not wait"):
            await inbox.decide(project, [memory.id], Verb.REJECT)


async def test_what_nobody_looked_at_for_ninety_days_is_retired_at_open(
    workshop: Workshop, clock: FixedClock
) -> None:
    async with workshop.open() as project:
        (seen, unseen) = (await proposed(project, HELM, REDIS)).candidates
        clock.advance(days=89)
        await verbs.show(project, seen.id)
    clock.advance(days=2)

    async with workshop.open() as project:
        pass
    async with workshop.open() as project:
        statuses = [(await now(project, each)).status for each in (seen, unseen)]
        (step,) = (await project.memories.history(unseen.id))[-1:]
        left = await waiting(project)

    assert statuses == [Status.CANDIDATE, Status.RETIRED]
    assert (step.actor, step.reason) == ("expiry", "unseen for 90 days")
    assert [each.id for each in left] == [seen.id]


async def test_the_slash_command_lists_and_decides(workshop: Workshop) -> None:
    async def run(project: Project, line: str) -> str:
        return await run_line(project, parse_line(line))

    async with workshop.open() as project:
        empty = await run(project, "/inbox")
        await verbs.remember(project, SMALL, kind="decision")
        (large,) = (await proposed(project, LARGE)).candidates
        (helm,) = (await proposed(project, HELM)).candidates
        page = await run(project, "/inbox")
        accepted = await run(project, f"/inbox accept {large.id}")
        changed = await run(project, f"/inbox edit {helm.id} We deploy with Helm.")
        nothing = await run(project, "/inbox reject --all --kind decision")
        with pytest.raises(UsageError):
            await run(project, "/inbox frobnicate")

    assert empty == "Nothing waits for your word."
    assert "2 memories wait" in page
    assert f"contradicts **{SMALL}**" in page
    assert "Superseded" in accepted
    assert "We deploy with Helm." in changed
    assert nothing == "Nothing waits that is like that."


async def test_the_record_of_an_item_has_both_texts(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, SMALL, kind="decision")
        await proposed(project, LARGE)
        (item,) = await inbox.list_inbox(project)

    record = inbox.to_record(replace(item))
    assert (record["text"], record["quote"], record["author"]) == (LARGE, LARGE, "assistant")
    assert [each["text"] for each in record["contradicts"]] == [SMALL]
