import pytest
from hosting import hosted, shown_text

from featherchat.memory import Status
from featherchat_tui.decisions_pane import DecisionsPane, counts
from featherchat_tui.values import DecisionCard, Link
from tests.conftest import MakeMemory

NOW = 1_790_000_000.0
DAY = 86_400.0


@pytest.fixture
def cards(a_memory: MakeMemory) -> tuple[DecisionCard, ...]:
    def decision(memory_id: str, title: str, days: float, **given: object) -> DecisionCard:
        made = a_memory(title, id=memory_id, created_at=NOW - days * DAY, **given)
        return DecisionCard(made)

    accepted = {"adr_status": "accepted"}
    postgres = decision("adr12", "PostgreSQL over MongoDB", 61, attributes=accepted)
    shard = decision("adr31", "Shard by tenant", 36, attributes=accepted, pinned=True)
    tenant = decision("adr7", "One database per tenant", 280, status=Status.SUPERSEDED)
    acid = a_memory("ACID for audit", id="why", kind="rationale")
    mongo = a_memory("MongoDB, no audits", id="no", kind="alternative")
    return (
        DecisionCard(
            postgres.memory, (Link("leads_to", True, acid), Link("contradicts", True, mongo))
        ),
        DecisionCard(tenant.memory, (Link("supersedes", False, shard.memory),)),
        shard,
        decision("retry", "Retry on deadlock", 2, status=Status.CANDIDATE),
    )


def a_pane(cards: tuple[DecisionCard, ...]) -> DecisionsPane:
    pane = DecisionsPane(now=NOW)
    pane.cards = cards
    return pane


@pytest.mark.anyio
async def test_decisions_stand_with_sign_age_and_relations_in_words(
    cards: tuple[DecisionCard, ...],
) -> None:
    async with hosted(a_pane(cards)) as host:
        lines = [" ".join(line.split()) for line in shown_text(host.app.screen).splitlines()]

    for line in (
        "● PostgreSQL over MongoDB 2mo",
        "leads to ACID for audit now",
        "rejected ✕ MongoDB, no audits now",
        "⊘ One database per tenant 9mo",
        "superseded by ⊙ Shard by tenant 5w",
        "◐ Retry on deadlock 2d",
        "2 accepted · 1 unconfirmed · 1 superseded",
    ):
        assert line in lines


@pytest.mark.anyio
async def test_enter_opens_the_memory_under_the_cursor(cards: tuple[DecisionCard, ...]) -> None:
    pane = a_pane(cards)
    async with hosted(pane) as host:
        pane.focus_list()
        await host.press("enter", "down", "enter", "left", "left", "down", "enter")

        opened = [one.memory_id for one in host.messages(DecisionsPane.Opened)]
        assert opened == ["adr12", "why", "adr7"]


@pytest.mark.anyio
async def test_the_filter_looks_at_decisions_and_at_what_they_are_linked_to(
    cards: tuple[DecisionCard, ...],
) -> None:
    pane = a_pane(cards)
    async with hosted(pane) as host:
        pane.focus_list()
        await host.press("slash", *"AUDIT")
        said = shown_text(pane)
        await host.press(*"xyz")
        nothing = " ".join(shown_text(pane).split())
        await host.press("escape")
        again = shown_text(pane)
        await host.press("escape")

        assert "PostgreSQL" in said
        assert "Retry" not in said
        assert 'None of 4 decisions has "AUDITxyz" in a title.' in nothing
        assert "Retry" in again
        assert len(host.messages(DecisionsPane.Left)) == 1


@pytest.mark.anyio
async def test_an_empty_pane_says_how_to_fill_it() -> None:
    async with hosted(DecisionsPane()) as host:
        assert "No decisions yet." in shown_text(host.app.screen)


@pytest.mark.anyio
async def test_the_lines_fit_the_pane_after_it_was_resized(cards: tuple[DecisionCard, ...]) -> None:
    pane = a_pane(cards)
    async with hosted(pane) as host:
        pane.styles.width = 30
        await host.settled()

        assert max(map(len, shown_text(pane.decision_tree).splitlines())) <= 30
        assert "PostgreSQL over Mon…" in shown_text(pane)


def test_a_pinned_decision_counts_under_what_was_decided(cards: tuple[DecisionCard, ...]) -> None:
    assert counts(cards) == "2 accepted · 1 unconfirmed · 1 superseded"
    assert counts(()) == ""
