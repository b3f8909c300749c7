"""The card, and the section of a file that keeps it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.code.file_changes import write_changes
from featherchat.commands import card as verbs
from featherchat.commands import decisions, memories
from featherchat.commands.adr_drafts import Stated
from featherchat.commands.card import plan_card, with_section
from featherchat.errors import InvalidValue, NothingFound
from featherchat.project import Project
from featherchat.recall.card import BEGIN, END
from tests.conftest import examples
from tests.workshop import LIVING, Workshop, learn

pytestmark = pytest.mark.anyio

SECTION = (BEGIN, "- Decided 2026-01-05: Use PostgreSQL", END)
OUTSIDE = st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda text: "<" not in text)


async def decide(project: Project, stated: Stated) -> None:
    await decisions.new_decision(project, decisions.NewDecision(stated.decision()))


async def filled(project: Project) -> None:
    await decide(project, Stated("Use PostgreSQL", outcome="For the ledger.", accepted=True))
    await decide(project, Stated("Use Redis"))
    (rule,) = (await memories.remember(project, "Never touch the migrations.")).stored
    await memories.pin(project, rule.id, pinned=True)


async def written(project: Project, name: str = "AGENTS.md") -> str:
    write_changes([await plan_card(project, name)])
    return (project.root / name).read_text(encoding="utf-8")


async def test_the_card_is_what_a_session_starts_with(workshop: Workshop) -> None:
    workshop.write("README.md", "# Ledger\n\nA ledger of every payment of the shop.\n")
    async with workshop.open() as project:
        await learn(project)
        await filled(project)

        found = await verbs.card(project)
        session = await project.new_session()

    assert found.text in session._parts.prefix
    assert [line.label.value for line in found.lines] == ["About", "Pinned", "Decision"]
    assert "(accepted 2026-09-21, now): Use PostgreSQL" in found.text
    assert 0 < found.tokens <= 500


async def test_the_rules_that_a_person_stated_stand_on_the_card(workshop: Workshop) -> None:
    workshop.write("CONTRIBUTING.md", "# Style\n\nAlways sort the imports of every module.\n")
    async with workshop.open() as project:
        await learn(project)
        await memories.remember(project, "Never commit to main.", kind="convention")

        found = await verbs.card(project)
        text = await written(project)

    assert [str(line.label) for line in found.lines] == ["Rule"]
    assert "- Rule since 2026-09-21: Never commit to main.\n" in text


async def test_a_decision_is_not_cut_off_in_its_sentence(workshop: Workshop) -> None:
    sentence = (
        "We decided to limit the pool to 40 connections because the new database allows two hundred"
        " of them."
    )
    async with workshop.open() as project:
        await memories.remember(project, sentence, kind="decision")

        assert f"Decided 2026-09-21: {sentence}\n" in await written(project)


async def test_a_new_file_gets_the_section(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await filled(project)

        text = await written(project)

    assert text.startswith(f"{BEGIN}\n## What this project has decided\n")
    assert text.endswith(f"{END}\n")
    assert "- Never touch the migrations.\n- Decided 2026-09-21: Use PostgreSQL\n" in text
    assert "Redis" not in text


async def test_writing_again_changes_nothing(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await filled(project)
        await written(project)

        again = await plan_card(project, "AGENTS.md")

    assert again.is_empty
    assert again.diff == ""


async def test_years_later_it_is_still_the_same(workshop: Workshop) -> None:
    async with workshop.open() as project:
        for number in range(15):
            await decide(project, Stated(f"Decision {number} " + "x" * 60, accepted=True))
        await written(project)
    workshop.clock.advance(days=1_000)  # type: ignore[attr-defined]

    async with workshop.open() as project:
        assert (await plan_card(project, "AGENTS.md")).is_empty


async def test_the_section_is_never_learnt_from(workshop: Workshop) -> None:
    workshop.write("AGENTS.md", "# Agents\n\nAlways run the linter before you commit.\n")
    async with workshop.open() as project:
        await filled(project)
        await written(project)

        await learn(project)

        said = [memory.text for memory in await project.memories.find(LIVING)]
    assert any("run the linter" in text for text in said)
    assert [text for text in said if "Decided 2026" in text or "featherchat" in text] == []


async def test_what_is_private_stays_out_of_the_file(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await filled(project)
        (mine,) = (await memories.remember(project, "I like tabs.", kind="preference")).stored
        await memories.pin(project, mine.id, pinned=True)

        assert "tabs" not in await written(project)


async def test_a_project_with_nothing_to_tell_makes_no_file(workshop: Workshop) -> None:
    async with workshop.open() as project:
        with pytest.raises(NothingFound):
            await plan_card(project, "AGENTS.md")


@pytest.mark.parametrize("path", ["../AGENTS.md", "/etc/AGENTS.md", ".git/config"])
async def test_a_file_outside_of_the_project_is_refused(workshop: Workshop, path: str) -> None:
    async with workshop.open() as project:
        await filled(project)

        with pytest.raises(InvalidValue):
            await plan_card(project, path)


async def test_a_memory_cannot_end_the_section(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await decide(project, Stated(f"Use {END} PostgreSQL", accepted=True))

        text = await written(project)

    assert text.count(END) == 1


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"{BEGIN}\nx\n", "begin in line 1"),
        (f"a\n{END}\n{BEGIN}\n", "end in line 2, begin in line 3"),
        (f"{BEGIN}\n{END}\n\n{BEGIN}\n{END}\n", "begin in line 4, end in line 5"),
    ],
)
def test_broken_markers_are_named_with_their_lines(text: str, places: str) -> None:
    with pytest.raises(InvalidValue, match=places):
        with_section(text.encode(), SECTION, "AGENTS.md")


def test_a_marker_within_a_sentence_is_no_marker() -> None:
    text = f"Write `{BEGIN}` and `{END}` around it.\n"

    assert with_section(text.encode(), SECTION, "AGENTS.md").decode().startswith(text + "\n")


@pytest.mark.property
@settings(max_examples=examples(40, 300))
@given(OUTSIDE, OUTSIDE, st.sampled_from(["\n", "\r\n"]))
def test_what_stands_outside_of_the_markers_stays_to_the_byte(
    above: str, below: str, newline: str
) -> None:
    first, last = f"{above}{newline}".encode(), f"{newline}{below}".encode()
    before = first + f"{BEGIN}{newline}old{newline}{END}".encode() + last

    after = with_section(before, SECTION, "AGENTS.md")

    assert after.startswith(first)
    assert after.endswith(last)
    assert b"old" not in after[len(first) : len(after) - len(last)]
    assert with_section(after, SECTION, "AGENTS.md") == after


@given(OUTSIDE, st.sampled_from(["\n", "\r\n"]))
def test_a_file_without_markers_is_only_added_to(text: str, newline: str) -> None:
    before = newline.join(text.splitlines()).encode()

    after = with_section(before, SECTION, "AGENTS.md")

    assert after.startswith(before)
    assert with_section(after, SECTION, "AGENTS.md") == after


def test_windows_line_ends_are_kept() -> None:
    after = with_section(b"# Agents\r\n\r\nBe kind.\r\n", SECTION, "AGENTS.md")

    assert after.count(b"\r\n") == after.count(b"\n")
