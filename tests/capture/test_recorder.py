"""One memory for each change, whatever happens to the commits that carry it."""

from dataclasses import replace
from pathlib import Path

import pytest

from featherchat.capture.recorder import Recorded, Recorder
from featherchat.capture.suggesting import Suggester
from featherchat.clock import FixedClock
from featherchat.memory import Kind, Memory, RelationType, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from tests.workshop import Workshop, learn

EVERY_CHANGE = Filter(kinds=(Kind.CODE_CHANGE,), statuses=())
RECORD = "# 12. Keep the tokens short\n\n## Status\n\nAccepted\n\n## Decision\n\nFive minutes.\n"


@pytest.fixture
def workshop(tmp_path: Path, clock: FixedClock) -> Workshop:
    return Workshop(tmp_path, clock)


def commit(workshop: Workshop, message: str, **files: str) -> str:
    """Commits some files, whose names are given with _ for the dot."""
    for name, text in files.items():
        workshop.write(name.replace("_", "."), text)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--allow-empty-message", "--message", message)
    return workshop.git("rev-parse", "HEAD")


async def record(project: Project) -> Recorded:
    recorder = project.recorder
    assert recorder is not None
    return await recorder.record()


async def changes(project: Project) -> dict[str, Memory]:
    """The changes in memory by their title."""
    return {each.title: each for each in await project.memories.find(EVERY_CHANGE)}


@pytest.mark.anyio
async def test_a_commit_becomes_a_memory_of_what_changed_and_why(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    body = "Tokens of a day were stolen.\n\nSigned-off-by: Ada <ada@example.org>"
    sha = commit(workshop, f"Let tokens live five minutes\n\n{body}", a_py="2\n", b_py="SECRET\n")

    async with workshop.open() as project:
        await record(project)
        change = (await changes(project))["Let tokens live five minutes"]

    assert change.text.startswith(
        "Let tokens live five minutes\n\nTokens of a day were stolen.\n\n"
    )
    assert "Changed 2 files (+2 −1): a.py, b.py (new)" in change.text
    assert "SECRET" not in change.text
    assert "Signed-off-by" not in change.text
    assert change.source.sha == sha
    assert [each.path for each in change.anchors] == ["a.py", "b.py"]
    assert change.anchors[1].blob == workshop.git("rev-parse", "HEAD:b.py")


@pytest.mark.anyio
async def test_a_second_run_records_nothing(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Go on", a_py="2\n")

    async with workshop.open() as project:
        first, second = await record(project), await record(project)

    assert (first.commits, first.new) == (2, 2)
    assert (second.commits, second.new) == (0, 0)


@pytest.mark.anyio
async def test_only_what_is_new_since_the_last_visit_is_read(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    async with workshop.open() as project:
        await record(project)
    commit(workshop, "Go on", a_py="2\n")

    async with workshop.open() as project:
        done = await record(project)
        found = await changes(project)

    assert (done.commits, done.new) == (1, 1)
    assert set(found) == {"Start", "Go on"}


@pytest.mark.anyio
async def test_a_run_that_was_cut_off_goes_on_where_it_stopped(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    newest = commit(workshop, "Go on", a_py="2\n")

    async with workshop.open() as project:
        recorder = project.recorder
        assert recorder is not None
        await recorder.record_some([newest])
        waiting = await recorder.waiting()
        done = await recorder.record()
        found = await changes(project)

    assert (waiting, done.new) == (1, 1)
    assert set(found) == {"Start", "Go on"}


@pytest.mark.anyio
async def test_an_empty_repository_has_nothing_to_record(workshop: Workshop) -> None:
    async with workshop.open() as project:
        done = await record(project)

    assert (done.commits, done.new) == (0, 0)


@pytest.mark.anyio
async def test_an_amended_message_keeps_the_memory_and_what_people_did_to_it(
    workshop: Workshop, a_cause: "type[Cause]"
) -> None:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Go on", a_py="2\n")
    async with workshop.open() as project:
        await record(project)
        before = (await changes(project))["Go on"]
        await project.memories.remember([replace(before, pinned=True)], a_cause("pinned"))
        workshop.git("commit", "--quiet", "--amend", "--message", "Go on, faster")

        await record(project)
        found = await changes(project)

    assert set(found) == {"Start", "Go on, faster"}
    after = found["Go on, faster"]
    assert (after.id, after.pinned) == (before.id, True)
    assert after.source.sha == workshop.git("rev-parse", "HEAD")
    assert [each.sha for each in after.sources] == [before.source.sha]


@pytest.mark.anyio
async def test_an_amended_change_takes_the_place_of_what_it_was(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Go on", a_py="2\n")
    async with workshop.open() as project:
        await record(project)
        before = (await changes(project))["Go on"]
        workshop.write("a.py", "3\n")
        workshop.git("commit", "--quiet", "--all", "--amend", "--message", "Go on, well")

        done = await record(project)
        found = await changes(project)
        edges = await project.memories.edges_of([before.id])

    assert (done.new, done.lost) == (1, 1)
    assert found["Go on"].status is Status.SUPERSEDED
    assert [(each.source_id, each.relation) for each in edges] == [
        (found["Go on, well"].id, RelationType.SUPERSEDES)
    ]


@pytest.mark.anyio
async def test_a_commit_that_was_thrown_away_is_marked_and_welcomed_back(
    workshop: Workshop,
) -> None:
    commit(workshop, "Start", a_py="1\n")
    thrown = commit(workshop, "Try", a_py="2\n")
    async with workshop.open() as project:
        await record(project)
        workshop.git("reset", "--quiet", "--hard", "HEAD~1")

        await record(project)
        lost = (await changes(project))["Try"]
        workshop.git("reset", "--quiet", "--hard", thrown)
        await record(project)
        back = (await changes(project))["Try"]

    assert (lost.attributes.get("unreachable"), lost.status) == (True, Status.ACTIVE)
    assert "unreachable" not in back.attributes


@pytest.mark.anyio
async def test_a_rebase_and_a_cherry_pick_double_nothing(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n", b_py="1\n")
    workshop.git("checkout", "--quiet", "-b", "side")
    commit(workshop, "On the side", b_py="2\n")
    picked = commit(workshop, "Pick me", c_py="1\n")
    async with workshop.open() as project:
        await record(project)
        before = await changes(project)
        workshop.git("checkout", "--quiet", "main")
        commit(workshop, "On main", a_py="2\n")
        workshop.git("cherry-pick", picked)
        await record(project)
        workshop.git("checkout", "--quiet", "side")
        workshop.git("rebase", "--quiet", "main")
        await record(project)
        after = await changes(project)

    assert set(after) == {"Start", "On the side", "Pick me", "On main"}
    assert {name: after[name].id for name in before} == {n: each.id for n, each in before.items()}
    assert after["Pick me"].source.sha in workshop.git("rev-list", "HEAD").split()


@pytest.mark.anyio
async def test_a_switch_between_known_branches_records_nothing(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    workshop.git("checkout", "--quiet", "-b", "side")
    commit(workshop, "On the side", b_py="2\n")
    async with workshop.open() as project:
        await record(project)
        workshop.git("checkout", "--quiet", "main")
        there = await record(project)
        workshop.git("checkout", "--quiet", "side")
        back = await record(project)
        side = (await changes(project))["On the side"]

    assert (there.new, there.lost, back.new) == (0, 0, 0)
    assert side.attributes["branch"] == "side"


@pytest.mark.anyio
async def test_another_working_tree_of_the_repository_shares_the_memories(
    workshop: Workshop, tmp_path: Path
) -> None:
    commit(workshop, "Start", a_py="1\n")
    async with workshop.open() as project:
        await record(project)
    workshop.git("worktree", "add", "--quiet", str(tmp_path / "other"), "-b", "other")
    workshop.root = tmp_path / "other"
    commit(workshop, "In the other tree", b_py="1\n")

    async with workshop.open() as project:
        done = await record(project)
        found = await changes(project)

    assert done.new == 1
    assert set(found) == {"Start", "In the other tree"}


@pytest.mark.anyio
async def test_a_bulk_change_is_one_quiet_memory(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Bump left-pad from 1.0.0 to 1.0.1", package_json="2\n")

    async with workshop.open() as project:
        await record(project)
        bump = (await changes(project))["Bump left-pad from 1.0.0 to 1.0.1"]

    assert bump.attributes["bulk"] == "dependencies"
    assert (bump.importance, bump.anchors) == (0.3, ())


@pytest.mark.anyio
async def test_secrets_in_a_message_are_not_stored(workshop: Workshop) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
    commit(workshop, f"Rotate the token {secret[:40]}\n\nIt was {secret[:40]}.", a_py="1\n")

    async with workshop.open() as project:
        await record(project)
        stored = await project.memories.find(EVERY_CHANGE)

    assert secret[:40] not in stored[0].text + stored[0].title


@pytest.mark.anyio
async def test_a_change_is_linked_with_the_decision_that_it_names(workshop: Workshop) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    commit(workshop, "Record a decision")
    commit(workshop, "Let tokens live five minutes\n\nDecision: ADR-12", a_py="2\n")
    async with workshop.open() as project:
        await learn(project)

        done = await record(project)
        change = (await changes(project))["Let tokens live five minutes"]
        edge = (await project.memories.edges_of([change.id]))[0]
        decision = (await project.memories.get([edge.source_id]))[edge.source_id]

    assert done.links == 1
    assert decision.attributes["number"] == 12
    assert (edge.relation, edge.origin, edge.confidence) == (RelationType.CAUSES, "explicit", 0.99)
    assert edge.evidence == "says ADR-0012"
    assert change.importance == 1.4


@pytest.mark.anyio
@pytest.mark.parametrize("subject", ["Fix typos of ADR-12", 'Revert "Follow ADR-12"'])
async def test_what_mends_words_or_undoes_a_change_is_caused_by_no_decision(
    workshop: Workshop, subject: str
) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    commit(workshop, "Record a decision")
    commit(workshop, subject, a_py="2\n")
    async with workshop.open() as project:
        await learn(project)

        await record(project)
        change = (await changes(project))[subject]
        edges = await project.memories.edges_of([change.id])

    assert [each.relation for each in edges] == [RelationType.RELATED_TO]
    assert change.importance == 1.0


@pytest.mark.anyio
async def test_release_notes_of_a_dependency_cite_no_decision_of_ours(workshop: Workshop) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    commit(workshop, "Record a decision")
    commit(workshop, "Bump sdk from 1.0.0 to 1.1.0\n\n* feat: [ADR-012] Cryptography", a_py="2\n")

    async with workshop.open() as project:
        await learn(project)
        done = await record(project)

    assert done.links == 0


@pytest.mark.anyio
async def test_a_decision_that_is_learnt_later_finds_its_changes(workshop: Workshop) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    commit(workshop, "Let tokens live five minutes as ADR 12 says", a_py="2\n")
    async with workshop.open() as project:
        before = await record(project)
        await learn(project)

        after, again = await record(project), await record(project)
        change = (await changes(project))["Let tokens live five minutes as ADR 12 says"]

    assert (before.links, after.links, again.links) == (0, 1, 0)
    assert change.importance == 1.4


@pytest.mark.anyio
async def test_two_recorders_at_once_double_nothing(workshop: Workshop) -> None:
    for number in range(4):
        commit(workshop, f"Change {number}", a_py=f"{number}\n")

    async with workshop.open() as one, workshop.open() as other:
        assert one.repository is not None
        suggester = Suggester(other.memories, other.retriever, other.clock)
        recorder = Recorder(other.memories, one.repository, other.clock, suggester)
        stale = await recorder.waiting()
        await record(one)
        await recorder.record()
        found = await one.memories.find(EVERY_CHANGE)

    assert stale == 4
    assert len(found) == 4


@pytest.mark.anyio
async def test_a_change_tells_which_symbols_it_adds_removes_and_changes(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="def read():\n    return 1\n\n\ndef write():\n    pass\n")
    after = "# New comment\ndef read():\n    return 2\n\n\nclass Token:\n    def end(self): pass\n"
    commit(workshop, "Go on", a_py=after, notes_txt="def no(): pass\n")

    async with workshop.open() as project:
        await record(project)
        change = (await changes(project))["Go on"]

    assert "\nSymbols: added Token; removed write; changed read\n" in change.text
    assert change.attributes["symbols"] == "+1 ~1 −1"
    anchors = {(each.path, each.symbol) for each in change.anchors}
    assert anchors == {("a.py", None), ("notes.txt", None), ("a.py", "Token"), ("a.py", "read")}


@pytest.mark.anyio
async def test_a_bulk_change_tells_no_symbols(workshop: Workshop) -> None:
    commit(workshop, "Start", a_py="def read():\n    return 1\n")
    workshop.write("vendor/b.py", "def read(): pass\n")
    commit(workshop, "Vendor b")

    async with workshop.open() as project:
        await record(project)
        change = (await changes(project))["Vendor b"]

    assert "Symbols" not in change.text
    assert change.attributes["bulk"] == "generated"


@pytest.mark.anyio
async def test_a_change_forgotten_for_good_does_not_return_in_other_words(
    workshop: Workshop,
) -> None:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Sell the house", a_py="2\n")

    async with workshop.open() as project:
        await record(project)
        forgotten = (await changes(project))["Sell the house"]
        cause = Cause("forget", project.clock.now(), "user", "forgot")
        await project.memories.forget([forgotten.id], cause, hard=True)
        workshop.git("commit", "--quiet", "--amend", "--message", "Sell the whole house")
        await record(project)
        found = await changes(project)

    assert list(found) == ["Start"]


@pytest.mark.anyio
async def test_a_history_longer_than_a_batch_is_recorded_whole_and_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featherchat.capture.recorder.READ_AT_ONCE", 2)
    for number in range(5):
        commit(workshop, f"Change {number}", a_py=f"{number}\n")
    steps: list[tuple[int, int]] = []

    async with workshop.open() as project:
        assert project.recorder is not None
        done = await project.recorder.record(lambda done, total: steps.append((done, total)))
        found = await changes(project)

    assert (done.commits, done.new) == (5, 5)
    assert steps == [(2, 5), (4, 5), (5, 5)]
    assert sorted(found) == [f"Change {number}" for number in range(5)]
