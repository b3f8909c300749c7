"""What is suggested for a change that names no decision, and what never is."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from featherchat.capture.references import CONFIRMED
from featherchat.capture.suggesting import AUTOMATIC, MEASURED, MOST
from featherchat.clock import FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import MAY_CAUSE, RelationType
from tests.capture.deciding import (
    DAYS,
    KEYRING,
    commit,
    decide,
    links,
    record,
    recorded,
    rotate_the_keys,
    said,
)
from tests.workshop import Workshop, learn


class MeasuredEmbedder(HashEmbedder):
    """Counts words under the name of an embedder with which links were shown to be right."""

    def __init__(self) -> None:
        super().__init__(256)
        self.identity = replace(self.identity, name=min(MEASURED))


@pytest.fixture
def workshop(tmp_path: Path, clock: FixedClock) -> Workshop:
    return Workshop(tmp_path, clock)


@pytest.mark.anyio
async def test_a_decision_whose_text_names_the_file_is_suggested_by_path(
    workshop: Workshop,
) -> None:
    decide(workshop, 1, "Sign tokens", KEYRING)
    decide(workshop, 2, "Paint the doors", "Blue.")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate the keys", DAYS[1], "src/auth/keyring.py")

    async with workshop.open() as project:
        found = await links(project, (await recorded(project))["Rotate the keys"])

    first = found[0]
    assert (first.relation, first.origin, first.evidence) == (
        MAY_CAUSE,
        "path",
        "names src/auth/keyring.py",
    )
    assert first.weight == first.confidence


@pytest.mark.anyio
async def test_a_decision_that_governs_the_file_is_suggested_by_path(workshop: Workshop) -> None:
    decide(workshop, 1, "Sign tokens", top="---\ngoverns:\n  - src/auth/**\n---\n")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate the keys", DAYS[1], "src/auth/keyring.py")

    async with workshop.open() as project:
        (found,) = await links(project, (await recorded(project))["Rotate the keys"])

    assert (found.origin, found.evidence) == ("path", "governs src/auth/**")


@pytest.mark.anyio
async def test_a_linked_change_of_the_same_file_speaks_for_its_decision(
    workshop: Workshop,
) -> None:
    decide(workshop, 1, "Sign tokens")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Add the ring (ADR-1)", DAYS[1], "src/ring.py")
    witness = workshop.git("rev-parse", "HEAD")[:7]
    commit(workshop, "Rotate the keys", DAYS[2], "src/ring.py")

    async with workshop.open() as project:
        (found,) = await links(project, (await recorded(project))["Rotate the keys"])

    assert (found.relation, found.origin) == (MAY_CAUSE, "overlap")
    assert found.evidence == f"src/ring.py, as in {witness}"


@pytest.mark.anyio
async def test_without_files_in_common_words_and_meaning_speak(workshop: Workshop) -> None:
    decide(workshop, 1, "Rotate signing keys at midnight")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate the signing keys", DAYS[1], "src/ring.py")

    async with workshop.open() as project:
        (found,) = await links(project, (await recorded(project))["Rotate the signing keys"])

    assert found.origin == "semantic"
    assert found.evidence.startswith("cosine 0.")


@pytest.mark.anyio
async def test_at_most_three_are_suggested(workshop: Workshop) -> None:
    for number in range(1, 6):
        decide(workshop, number, f"Rotate keys {number}", "Rotate keys in src/ring.py.")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate keys", DAYS[1], "src/ring.py")

    async with workshop.open() as project:
        found = await links(project, (await recorded(project))["Rotate keys"])

    assert 0 < len(found) <= MOST


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("message", "path"),
    [
        ("Revert the keys of src/ring.py", "src/ring.py"),
        ("Fix a typo in the ring", "src/ring.py"),
        ("Tell of the ring", "docs/ring.md"),
        ("Bump ring from 1.0.0 to 1.1.0", "src/ring.py"),
    ],
)
async def test_what_carries_out_nothing_gets_no_suggestion(
    workshop: Workshop, message: str, path: str
) -> None:
    decide(workshop, 1, "Have a ring", f"Keys live in {path}, in the ring.")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, message, DAYS[1], path)

    async with workshop.open() as project:
        found = await links(project, (await recorded(project))[message])

    assert found == []


@pytest.mark.anyio
async def test_nothing_is_suggested_that_was_decided_later_or_rejected(
    workshop: Workshop,
) -> None:
    text = "Keys live in src/ring.py."
    decide(workshop, 1, "Have a ring", text, day="2026-02-01")
    rejected = record(2, "Have a chain", text).replace("Accepted", "Rejected")
    workshop.write("doc/adr/0002-record.md", rejected)
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Have a ring", DAYS[1], "src/ring.py")

    async with workshop.open() as project:
        found = await links(project, (await recorded(project))["Have a ring"])

    assert found == []


@pytest.mark.anyio
async def test_a_new_decision_makes_later_changes_worth_another_look(workshop: Workshop) -> None:
    decide(workshop, 1, "Paint the doors")
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate the keys", DAYS[1], "src/auth/keyring.py")

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys"]
        before = await links(project, change)
        decide(workshop, 2, "Sign tokens", KEYRING)
        await recorded(project)
        after = await links(project, change)
        await recorded(project)
        again = await links(project, change)

    assert "path" not in {edge.origin for edge in before}
    assert after[0].evidence == "names src/auth/keyring.py"
    assert again == after


@pytest.mark.anyio
async def test_what_was_turned_down_stays_so_when_its_commit_is_amended(
    workshop: Workshop,
) -> None:
    rotate_the_keys(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys"]
        (found,) = await links(project, change)
        noted = replace(change, attributes={**change.attributes, "turned_down": found.source_id})
        await project.memories.remember([noted], said(project, found))
        await project.memories.unlink([found], said(project, found))
        workshop.write("src/auth/keyring.py", "another way\n")
        workshop.git("commit", "--quiet", "--amend", "--all", "--message", "Rotate (ADR-1)")
        amended = (await recorded(project))["Rotate (ADR-1)"]
        left = await links(project, amended)

    assert amended.id != change.id
    assert amended.attributes["turned_down"] == found.source_id
    assert left == []


@pytest.mark.anyio
async def test_what_was_confirmed_goes_over_to_the_amended_commit(workshop: Workshop) -> None:
    rotate_the_keys(workshop)

    async with workshop.open() as project:
        change = (await recorded(project))["Rotate the keys"]
        (found,) = await links(project, change)
        held = replace(found, relation=RelationType.CAUSES, origin=CONFIRMED, confidence=1.0)
        await project.memories.remember([], said(project, found), [held])
        await project.memories.unlink([found], said(project, found))
        workshop.write("src/auth/keyring.py", "another way\n")
        workshop.git("commit", "--quiet", "--amend", "--all", "--message", "Rotate twice")
        amended = (await recorded(project))["Rotate twice"]
        left = await links(project, amended)

    assert left == [replace(held, target_id=amended.id)]


@pytest.mark.anyio
@pytest.mark.parametrize("measured", [True, False])
async def test_a_link_is_made_only_where_precision_was_shown(
    workshop: Workshop, measured: bool
) -> None:
    text = "Rotate signing keys at midnight, in src/auth/keyring.py."
    decide(workshop, 1, "Rotate signing keys at midnight", text, day=DAYS[0])
    decide(workshop, 2, "Paint the doors", "Blue.", day=DAYS[0])
    commit(workshop, "Start", DAYS[0], "README.md")
    commit(workshop, "Rotate signing keys (ADR-1)", DAYS[0], "src/auth/keyring.py")
    commit(workshop, "Rotate signing keys at midnight", DAYS[1], "src/auth/keyring.py")
    embedder = MeasuredEmbedder() if measured else HashEmbedder(256)

    async with workshop.open(embedder=embedder) as project:
        change = (await recorded(project))["Rotate signing keys at midnight"]
        found = await links(project, change)

    assert found[0].confidence >= AUTOMATIC
    assert found[0].relation == (RelationType.CAUSES if measured else MAY_CAUSE)
    assert change.importance == (1.4 if measured else 1.0)


@pytest.mark.anyio
async def test_a_commit_that_took_over_an_older_memory_is_looked_at(workshop: Workshop) -> None:
    text = KEYRING
    today = datetime.fromtimestamp(workshop.clock.now(), UTC).date().isoformat()
    decide(workshop, 1, "Sign tokens", text, day=today)
    commit(workshop, "Start", DAYS[0], "README.md")

    async with workshop.open() as project:
        assert project.saves is not None
        workshop.write("src/auth/keyring.py", "keys\n")
        await project.saves.saved(["src/auth/keyring.py"])
        await recorded(project)
        commit(workshop, "Rotate the keys", today, "src/auth/keyring.py")
        change = (await recorded(project))["Rotate the keys"]
        found = await links(project, change)

    assert [edge.evidence for edge in found] == ["names src/auth/keyring.py"]


@pytest.mark.anyio
async def test_uncommitted_work_is_told_what_governs_its_files(workshop: Workshop) -> None:
    decide(workshop, 1, "Sign tokens", top="---\ngoverns:\n  - src/auth/keyring.py\n---\n")
    decide(workshop, 2, "Rotate keyring in src", "Rotate it.")
    commit(workshop, "Start", DAYS[0], "README.md")

    async with workshop.open() as project:
        await recorded(project)
        assert project.saves is not None
        workshop.write("src/auth/keyring.py", "keys\n")
        await project.saves.saved(["src/auth/keyring.py"])
        (save,) = await project.saves.under_way()
        (found,) = await links(project, save)
        workshop.write("src/auth/keyring.py", "keys = 1\n")
        workshop.write("src/other.py", "other\n")
        await project.saves.saved(["src/auth/keyring.py", "src/other.py"])
        again = await links(project, save)

    assert (found.relation, found.evidence) == (MAY_CAUSE, "governs src/auth/keyring.py")
    assert again == [found]


@pytest.mark.anyio
async def test_a_decision_that_was_changed_is_known_as_it_is_now(workshop: Workshop) -> None:
    decide(workshop, 1, "Sign tokens", top="---\ngoverns:\n  - src/other.py\n---\n")
    commit(workshop, "Start", DAYS[0], "README.md")

    async with workshop.open() as project:
        await recorded(project)
        assert project.saves is not None
        workshop.write("src/ring.py", "keys\n")
        await project.saves.saved(["src/ring.py"])
        (save,) = await project.saves.under_way()
        before = await links(project, save)
        decide(workshop, 1, "Sign tokens", top="---\ngoverns:\n  - src/ring.py\n---\n")
        await learn(project)
        workshop.write("src/ring.py", "keys = 1\n")
        await project.saves.saved(["src/ring.py"])
        after = await links(project, save)

    assert before == []
    assert [edge.evidence for edge in after] == ["governs src/ring.py"]


@pytest.mark.anyio
async def test_a_symbol_that_a_decision_names_suggests_it(workshop: Workshop) -> None:
    decide(workshop, 1, "Sign tokens", top="---\nsymbols:\n  - Ring.rotate\n---\n")
    commit(workshop, "Start", DAYS[0], "README.md")
    workshop.write("src/ring.py", "class Ring:\n    def rotate(self):\n        return 1\n")
    commit(workshop, "Turn it round", DAYS[1])

    async with workshop.open() as project:
        (found,) = await links(project, (await recorded(project))["Turn it round"])

    assert (found.origin, found.evidence) == ("path", "governs Ring.rotate")
