from dataclasses import replace

import pytest
from hosting import Hosted, hosted, shown_text

from featherchat.memory import Memory, Source, Status
from featherchat.messages import Contradiction, Learned, MemoriesRecalled, Omission, Refusal
from featherchat.recollection import NearDuplicate, Recollection, Rejection, ScoreParts
from featherchat_tui import strip_rows
from featherchat_tui.strip import MemoryStrip

NOW = 1_790_000_000.0
DAY = 86_400.0

ADR = Memory(
    id="adr12",
    text="We take PostgreSQL.",
    title="ADR-12 PostgreSQL over MongoDB",
    kind="decision",
    source=Source("document", NOW - 61 * DAY, path="docs/0012.md"),
    created_at=NOW - 61 * DAY,
    importance=2.0,
    attributes={"adr_status": "accepted"},
)
BUG = Memory(
    id="bug",
    text="The export took all.",
    title="Pool exhausted",
    kind="bug_fix",
    source=Source("user", NOW, session_id="s"),
    created_at=NOW - 243 * DAY,
    importance=1.6,
    pinned=True,
)
CANDIDATE = Memory(
    id="limit",
    text="The limit is 100.",
    title="Limit",
    kind="service",
    source=Source("assistant", NOW, quote="allows 100 connections"),
    created_at=NOW,
    importance=1.5,
    status=Status.CANDIDATE,
)
HELD = ScoreParts(
    relevance=0.66, words=0.62, meaning=0.71, held=True, importance=2.0, weight_exponent=0.25
)
FADED = ScoreParts(
    relevance=0.65,
    words=0.7,
    meaning=0.58,
    graph=0.2,
    recency=0.73,
    age_days=243,
    stickiness=2.9,
    half_life=180,
    importance=1.6,
)
RECALLED = MemoriesRecalled(
    "t1",
    (Recollection(ADR, 0.9, HELD), Recollection(BUG, 0.76, FADED)),
    near_misses=(Recollection(BUG, 0.2, ScoreParts(relevance=0.21)),),
    omissions=(Omission(ADR, "over the budget"),),
    total=214,
)
LEARNED = Learned("t1", candidates=(CANDIDATE,), refused=("It holds a secret.",))


async def opened(host: Hosted, strip: MemoryStrip) -> str:
    await strip.show_recalled(RECALLED)
    await strip.show_learned(LEARNED)
    strip.focus()
    await host.press("enter")
    await host.settled()
    return shown_text(strip)


@pytest.mark.anyio
async def test_a_closed_strip_is_one_line() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip) as host:
        await strip.show_recalled(RECALLED)
        before = strip_rows.headline(strip.recalled, strip.learned).plain
        await strip.show_learned(LEARNED)
        await host.settled()

        assert before == "recalled 2"
        assert "╴ recalled 2 · learned 1 ◐ · 1 refused · none contradicted ╶" in shown_text(strip)
        assert strip.size.height == 1


def test_no_memory_is_said_as_clearly_as_five() -> None:
    assert strip_rows.headline(MemoriesRecalled("t", ()), None).plain == "0 memories matched"


@pytest.mark.parametrize("width", [60, 120])
def test_what_is_nearly_the_same_is_named_with_its_score(width: int) -> None:
    line = strip_rows.alike_line(NearDuplicate(ADR, 0.934), NOW, width).plain

    assert "similar to" in line
    assert "0.93 alike" in line


def test_the_headline_tells_apart_what_is_active_and_what_waits() -> None:
    learned = Learned("t", written=(BUG,), candidates=(CANDIDATE,), contradicted=(ADR,))

    words = strip_rows.headline(None, learned).plain

    assert words == "learned 2 (1 ◐ unconfirmed) · 1 contradicted"


def test_what_was_known_already_is_not_counted_as_refused() -> None:
    known = Refusal("duplicate", "known already", "We use Helm.")
    learned = Learned("t", refused=("known already", "a secret"), refusals=(known,))

    assert strip_rows.headline(None, learned).plain == (
        "nothing learned · 1 refused · none contradicted"
    )


def test_a_narrow_headline_says_less_and_still_what_is_contradicted() -> None:
    named = Rejection(ZUSTAND, "A state library with a long name", "state is shallow", named=True)
    recalled = MemoriesRecalled("t", RECALLED.recollections, rejected=(named,))
    learned = Learned("t", (BUG, ADR), (CANDIDATE,), refused=("a secret",))

    words = strip_rows.headline(recalled, learned, room=76).plain

    assert words.startswith(
        "recalled 2 · ✕ turned down: A state lib… · learned 3 (1 ◐) · 0 contradicted"
    )


def test_a_headline_with_room_says_all_of_it() -> None:
    learned = Learned("t", (BUG,), (CANDIDATE,))

    words = strip_rows.headline(None, learned, room=76).plain

    assert words == "learned 2 (1 ◐ unconfirmed) · none contradicted"


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ((), "learned 2 · none contradicted"),
        (("bug",), "learned 2, 1 taken back · none contradicted"),
        (("bug", "adr12"), "learned 2, all taken back · none contradicted"),
    ],
)
def test_the_headline_says_what_was_taken_back(gone: tuple[str, ...], words: str) -> None:
    learned = Learned("t", (BUG, ADR))

    assert strip_rows.headline(None, learned, gone).plain == words


@pytest.mark.anyio
async def test_what_was_taken_back_is_marked_in_the_open_strip_until_it_is_there_again() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await opened(host, strip)

        await strip.show_gone([CANDIDATE.id])
        await host.settled()
        taken = shown_text(strip)
        await strip.show_gone([])
        await host.settled()

        assert "taken back" in taken
        assert "taken back" not in shown_text(strip)


@pytest.mark.parametrize(
    ("question", "origin"),
    [
        ("It  allows 100\nconnections, no?", "service, from your words, unconfirmed"),
        ("How many?", "service, from the answer, unconfirmed"),
    ],
)
def test_what_was_learnt_is_shown_as_it_is_remembered(question: str, origin: str) -> None:
    line = strip_rows.learned_line("learned", CANDIDATE, question, 120).plain

    assert '"The limit is 100."' in line
    assert origin in line


@pytest.mark.anyio
async def test_a_hint_that_has_no_room_is_left_out() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, width=60) as host:
        await strip.show_recalled(RECALLED)
        await strip.show_learned(LEARNED)
        await host.settled()

        assert "╶" in shown_text(strip)
        assert "^O" not in shown_text(strip)


ZUSTAND = Memory(
    id="zustand",
    text="Rejected: Zustand. state is shallow",
    title="State lives in the URL: rejected Zustand",
    kind="alternative",
    source=Source("user", NOW),
    created_at=1_772_600_000.0,
    importance=1.5,
)


@pytest.mark.anyio
@pytest.mark.parametrize("width", [60, 120])
async def test_what_was_turned_down_before_is_said_first(width: int) -> None:
    rejected = Rejection(ZUSTAND, "Zustand", "state is shallow", named=True)
    strip = MemoryStrip("Zustand for the cart?", NOW)
    async with hosted(strip, width=width) as host:
        await strip.show_recalled(MemoriesRecalled("t1", (), rejected=(rejected,)))
        closed = shown_text(strip)
        strip.focus()
        await host.press("enter")

        assert "turned down before: Zustand" in closed
        assert "✕ rejected 2026-03-04: Zustand, state is shallow" in shown_text(strip)
        assert strip.memories == [ZUSTAND]


def test_what_is_only_near_to_the_question_does_not_stand_in_the_headline() -> None:
    near = Rejection(ZUSTAND, "Zustand", "state is shallow", named=False)

    words = strip_rows.headline(MemoriesRecalled("t1", (), rejected=(near,)), None).plain

    assert words == "0 memories matched"


@pytest.mark.anyio
async def test_what_contradicts_what_stands_side_by_side_with_the_reason() -> None:
    learned = Learned(
        "t1",
        contradicted=(BUG, ADR),
        superseded=(Contradiction(BUG, CANDIDATE, "another number"),),
        reviews=(Contradiction(ADR, CANDIDATE, "instead of"),),
        refusals=(Refusal("quote", "Nobody said so.", "We use Rust"),),
        refused=("Nobody said so.",),
    )
    strip = MemoryStrip("", NOW)
    async with hosted(strip, width=100, height=40) as host:
        await strip.show_learned(learned)
        strip.focus()
        await host.press("enter")
        said = shown_text(strip)

    assert "superseded  ⊘ Pool exhausted ← Limit" in said
    assert "contradicts ◐ ADR-12 PostgreSQL over MongoDB ← Limit" in said
    assert 'not learnt  Nobody said so. "We use Rust"' in said
    assert said.count("Pool exhausted") == 1


@pytest.mark.anyio
@pytest.mark.parametrize("width", [60, 80, 120, 160])
async def test_an_open_strip_shows_every_number_at_any_width(width: int) -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, width=width, height=40) as host:
        said = await opened(host, strip)

    for words in (
        "2 of 214, 1 near miss",
        "ADR-12 PostgreSQL over MongoDB",
        "words 0.62 · meaning 0.71 → relevance 0.66",
        "recency 1.00 held by status",
        "weight 2.00^¼",
        "· graph 0.20",
        "→ relevance 0.65",
        "recency 0.73 (243 d, stickiness 2.9)",
        "docs/0012.md",
        "below the floor: relevance 0.21",
        "over the budget",
        '"The limit is 100."',
        "from the answer, unconfirmed",
        "It holds a secret.",
    ):
        assert words in said


@pytest.mark.anyio
async def test_keys_act_on_the_memory_under_the_cursor() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await opened(host, strip)
        await host.press("p", "down", "c", "w", "f", "e", "o", "enter", "u")

        judged = [(one.memory_id, one.said) for one in host.messages(MemoryStrip.Judged)]
        assert judged == [("adr12", "pin"), ("bug", "confirm"), ("bug", "wrong"), ("bug", "forget")]
        assert [one.memory_id for one in host.messages(MemoryStrip.Edit)] == ["bug"]
        assert [one.source for one in host.messages(MemoryStrip.SourceAsked)] == [BUG.source]
        assert [one.memory_id for one in host.messages(MemoryStrip.Opened)] == ["bug"]
        assert [one.turn_id for one in host.messages(MemoryStrip.Undo)] == ["t1"]


@pytest.mark.anyio
async def test_undo_says_so_where_nothing_was_learnt() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await strip.show_recalled(RECALLED)
        await strip.show_learned(Learned("t1"))
        strip.focus()

        await host.press("u")

        assert host.messages(MemoryStrip.Undo) == []
        assert [each.message for each in host.app._notifications] == [
            "Nothing was learnt from this answer. /undo takes the last change back."
        ]


@pytest.mark.anyio
async def test_an_open_strip_shows_memories_as_they_have_become() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, width=120, height=40) as host:
        await opened(host, strip)
        await strip.renew({"bug": replace(BUG, title="Pool full", status=Status.RETIRED)})
        await host.settled()
        said = shown_text(strip)

    assert "Pool full" in said
    assert "out of use" in said
    assert "Pool exhausted" not in said


@pytest.mark.anyio
async def test_the_cursor_stops_at_both_ends() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await opened(host, strip)
        await host.press("up")
        first = strip.cursor
        await host.press(*["down"] * 9)

        assert first == 0
        assert strip.memories[strip.cursor] is CANDIDATE


@pytest.mark.anyio
async def test_a_closed_strip_touches_no_memory() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip) as host:
        await strip.show_recalled(RECALLED)
        strip.focus()
        await host.press("p", "e", "f", "c", "w", "o")

        assert host.messages(MemoryStrip.Judged) == []
        assert host.messages(MemoryStrip.Edit) == []
        assert host.messages(MemoryStrip.SourceAsked) == []


@pytest.mark.anyio
async def test_a_click_opens_the_strip_and_another_chooses_a_memory() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, width=120, height=40) as host:
        await strip.show_recalled(RECALLED)
        await host.settled()
        await host.pilot.click("#headline")
        await host.settled()
        await host.pilot.click(offset=(10, 6))
        await host.settled()

        assert strip.opened
        assert strip.memories[strip.cursor] is BUG


@pytest.mark.anyio
async def test_escape_closes_the_strip_and_gives_the_focus_back() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await opened(host, strip)
        await host.press("escape")

        assert not strip.opened
        assert len(host.messages(MemoryStrip.Left)) == 1


@pytest.mark.anyio
async def test_what_is_learnt_later_joins_an_open_strip() -> None:
    strip = MemoryStrip("Why?", NOW)
    async with hosted(strip, height=40) as host:
        await strip.show_recalled(RECALLED)
        strip.opened = True
        await host.settled()
        await strip.show_learned(LEARNED)
        await host.settled()

        assert "The limit is 100." in shown_text(strip)
