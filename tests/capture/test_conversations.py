"""Conversations written by hand: what is captured, and that nothing is made up or learnt twice."""

from pathlib import Path

import pytest

from benchmarks.capture import CONVERSATIONS, Outcome, Scene, play, scenes, script
from featherchat.capture.statements import explicit_statements
from featherchat.embedders.hashing import HashEmbedder

pytestmark = pytest.mark.anyio


def captured(played: list[Scene], outcome: Outcome, group: str) -> int:
    planted = [each.id for scene in played for each in scene.planted if each.group == group]
    return sum(name in outcome.captured for name in planted)


@pytest.mark.parametrize(("answers", "decisions"), [(None, 10), ("forty_turns_answers", 12)])
async def test_forty_turns_are_learnt_without_an_invention_or_a_duplicate(
    tmp_path: Path, answers: str | None, decisions: int
) -> None:
    played = scenes(CONVERSATIONS / "forty_turns.toml")
    replies = script(CONVERSATIONS / f"{answers}.toml", played) if answers else None

    outcome = await play(played, tmp_path, HashEmbedder(), replies)

    assert len(played) == 40
    assert (outcome.invented, outcome.duplicated, outcome.mistaken) == ([], [], [])
    assert captured(played, outcome, "decision") == decisions
    assert captured(played, outcome, "reversal") == 3
    assert outcome.superseded == {"queue", "retries", "pagination"}
    assert captured(played, outcome, "bug") == 4
    assert captured(played, outcome, "preference") == 5


@pytest.mark.parametrize("name", ["forty_turns", "held_out", "fresh"])
def test_no_distractor_is_taken_for_a_statement(name: str) -> None:
    for scene in scenes(CONVERSATIONS / f"{name}.toml"):
        if not scene.planted and not scene.again:
            assert explicit_statements(scene.turn.prompt) == []


def test_the_conversation_holds_what_it_says_it_holds() -> None:
    groups = [
        each.group for scene in scenes(CONVERSATIONS / "forty_turns.toml") for each in scene.planted
    ]

    counts = {group: groups.count(group) for group in ("decision", "reversal", "bug", "preference")}
    assert counts == {"decision": 12, "reversal": 3, "bug": 4, "preference": 5}
