"""/adr and what stands behind it."""

import pytest

from featherchat.commands.slash import parse_line, run_line
from featherchat.errors import FeatherchatError, UsageError
from featherchat.project import Project
from tests.workshop import Workshop, learn

pytestmark = pytest.mark.anyio

RECORD = "# {}. {}\n\n## Status\n\n{}\n\n## Decision\n\n{} it is, everywhere.\n"

MADR = """# 1. Use Helm

## Considered Options

* Helm
* Kustomize

## Decision Outcome

Chosen option: "Helm", because it is known.

## Pros and Cons of the Options

### Helm

* Good, because charts

### Kustomize

* Bad, because no releases
"""


@pytest.fixture
def records(workshop: Workshop) -> Workshop:
    workshop.write("docs/adr/0001-helm.md", RECORD.format(1, "Use Helm", "Proposed", "Helm"))
    workshop.write("docs/adr/0002-git.md", RECORD.format(2, "Use git", "Accepted", "Git"))
    return workshop


async def said(project: Project, line: str) -> str:
    return await run_line(project, parse_line(line))


async def test_a_change_shows_its_file_and_writes_it_on_a_second_word(records: Workshop) -> None:
    place = records.root / "docs/adr/0001-helm.md"
    async with records.open() as project:
        await learn(project)

        accepted = await said(project, "/adr accept ADR-1")
        unchanged = place.read_text(encoding="utf-8")
        shown = await said(project, "/adr write ADR-1")
        written = await said(project, "/adr write ADR-1 --yes")

    assert accepted.startswith("Accepted:\n\n- ● **ADR-1 Use Helm**")
    assert "```diff" in accepted and "-Proposed\n+Accepted" in shown
    assert "`/adr write ADR-1 --yes` writes it" in shown
    assert "Proposed" in unchanged
    assert "- `docs/adr/0001-helm.md`" in written
    assert "Accepted" in place.read_text(encoding="utf-8")


async def test_decisions_are_recorded_read_and_linked(records: Workshop) -> None:
    async with records.open() as project:
        await learn(project)

        await said(project, "/adr new Use charts")
        linked = await said(project, '/adr link use-charts refines 1 "refined by"')
        replaced = await said(project, "/adr supersede 2 Use jj")
        rejected = await said(project, "/adr reject use-charts Nobody needs them.")
        shown = await said(project, "/adr show use-charts")
        drawn = await said(project, "/adr graph 1")
        listed = await said(project, "/adr list accepted")

    assert linked.startswith("Linked:")
    assert "**Use jj** · decision, accepted" in replaced
    assert "Left out: Use jj: it has no file" in replaced
    assert rejected.startswith("Rejected:")
    assert "> Nobody needs them." in shown
    assert "- *refines*: ADR-1 Use Helm" in shown
    assert "refines: ADR-1 Use Helm" in drawn and "Use git" not in drawn
    assert "Use jj" in listed and "Use charts" not in listed


@pytest.mark.parametrize(
    "line",
    [
        *("/adr frob", "/adr new", "/adr show", "/adr accept", "/adr accept ADR-9"),
        *("/adr reject", "/adr supersede 1", "/adr link 1 amends", '/adr link 1 "amends 2'),
    ],
)
async def test_a_wrong_line_is_refused_with_a_hint(workshop: Workshop, line: str) -> None:
    async with workshop.open() as project:
        with pytest.raises(FeatherchatError) as refused:
            await said(project, line)

    assert refused.value.hint


async def test_an_unknown_verb_names_the_known_ones(workshop: Workshop) -> None:
    async with workshop.open() as project:
        with pytest.raises(UsageError) as refused:
            await said(project, "/adr merge")

    assert "supersede, link, import, write, check, graph" in refused.value.hint


async def test_nothing_in_a_title_is_read_as_markup(workshop: Workshop) -> None:
    async with workshop.open() as project:
        answer = await said(project, "/adr new Use *stars* and `ticks`")
        shown = await said(project, "/adr graph")

    assert r"Use \*stars\* and \`ticks\`" in answer
    assert shown.startswith("```\n")


async def test_each_option_of_a_decision_has_a_line_of_its_own(workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-helm.md", MADR)
    async with workshop.open() as project:
        await learn(project)

        shown = await said(project, "/adr show 1")

    assert "- ● Helm\n    - \\+ charts\n- ✕ Kustomize\n    - \\- no releases\n" in shown
