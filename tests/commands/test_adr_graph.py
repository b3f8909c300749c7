"""The graph of decisions, whole and around one."""

import pytest

from featherchat.commands.adr_changes import link, supersede
from featherchat.commands.adr_graph import as_dot, as_mermaid, as_text, decision_graph
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.decisions import Decision, Option
from featherchat.memory import AdrStatus
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio


async def test_a_graph_holds_decisions_and_the_links_between_them(workshop: Workshop) -> None:
    async with workshop.open() as project:
        for title in ("Use Helm", "Use charts", "Use git"):
            decision = Decision(
                title, status=AdrStatus.ACCEPTED, options=(Option("nothing", reason="too little"),)
            )
            await new_decision(project, NewDecision(decision))
        await link(project, "use-charts", "refines", "use-helm")
        await supersede(project, "use-helm", "Use Kustomize")

        whole = await decision_graph(project)
        around = await decision_graph(project, "use-charts")

    assert [memory.title for memory in whole.decisions][-1] == "Use Helm"
    assert (len(whole.decisions), len(whole.edges)) == (4, 2)
    assert {memory.title for memory in around.decisions} == {
        *("Use charts", "Use Helm", "Use Kustomize")
    }
    assert "  refines: Use Helm\n" in as_text(around)
    assert '|"supersedes"|' in as_mermaid(around)
    assert 'label="refines"' in as_dot(around)


async def test_a_project_without_decisions_has_an_empty_graph(workshop: Workshop) -> None:
    async with workshop.open() as project:
        graph = await decision_graph(project)

    assert graph.decisions == ()
