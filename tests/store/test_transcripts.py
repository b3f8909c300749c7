"""Sessions and turns on the disk, and what a crash leaves of them."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from featherchat.messages import TurnStatus, Usage
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import SILENCE, ChatSession, Transcripts, Turn, title_of


@pytest.fixture
def transcripts(store: SqliteStore) -> Transcripts:
    store.transcripts.put_session(ChatSession("s", "Why?", 1.0, 1.0, "ada@example.org", "main"))
    return store.transcripts


def test_a_turn_comes_back_as_it_was_stored(transcripts: Transcripts) -> None:
    turn = Turn(
        "t1",
        "s",
        "Why?",
        2.0,
        context="<recalled>",
        answer="Because.",
        status=TurnStatus.COMPLETE,
        model="m",
        finished_at=3.0,
        usage=Usage(1, 2, 3, 4),
        recalled=("a", "b"),
    )

    transcripts.put_turn(turn)

    assert transcripts.turns("s") == [turn]


def test_a_turn_that_is_stored_again_replaces_itself(transcripts: Transcripts) -> None:
    turn = Turn("t1", "s", "Why?", 2.0)
    transcripts.put_turn(turn)

    transcripts.put_turn(replace(turn, answer="Because.", status=TurnStatus.COMPLETE))

    assert [each.answer for each in transcripts.turns("s")] == ["Because."]


def test_sessions_come_newest_first_and_empty_ones_not_at_all(transcripts: Transcripts) -> None:
    for name, at in (("old", 10.0), ("new", 20.0), ("empty", 30.0)):
        transcripts.put_session(ChatSession(name, name, at, at))
    for name, at in (("old", 11.0), ("new", 21.0)):
        transcripts.put_turn(Turn(f"t-{name}", name, "?", at))

    assert [session.id for session in transcripts.sessions()] == ["new", "old"]


def test_a_title_is_one_line_of_80_characters() -> None:
    assert title_of("Why\n\n  this? " + "x" * 100) == "Why this? " + "x" * 70


def in_another_process(store: SqliteStore, code: str) -> None:
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from featherchat.clock import SystemClock\n"
        "from featherchat.store.sqlite import SqliteStore\n"
        "from featherchat.store.transcripts import ChatSession, Turn\n"
        "store = SqliteStore.open(Path(sys.argv[1]), None, SystemClock())\n"
        f"{code}\n"
    )
    subprocess.run([sys.executable, "-c", script, str(store.path)], check=True)


CRASH = (
    "store.transcripts.put_session(ChatSession('s', 'Why?', 5.0, 5.0))\n"
    "store.transcripts.put_turn(Turn('t', 's', 'Why?', 5.0, answer='Bec'))\n"
    "os._exit(0)"
)


def test_a_turn_that_a_crash_left_is_cut_at_the_next_start(store: SqliteStore) -> None:
    in_another_process(store, CRASH)

    closed = store.transcripts.close_interrupted(now=6.0)

    (turn,) = store.transcripts.turns("s")
    assert closed == 1
    assert (turn.status, turn.answer) == (TurnStatus.CUT, "Bec")
    assert store.transcripts.close_interrupted(now=7.0) == 0


def test_a_turn_of_a_living_process_is_left_alone(
    store: SqliteStore, transcripts: Transcripts
) -> None:
    transcripts.put_turn(Turn("t", "s", "Why?", 5.0))

    in_another_process(store, "assert store.transcripts.close_interrupted(6.0) == 0")

    assert transcripts.turns("s")[0].status is TurnStatus.STREAMING


def test_a_turn_that_ended_is_never_cut(transcripts: Transcripts) -> None:
    turn = Turn("t", "s", "Why?", 5.0)
    transcripts.put_turn(turn)
    transcripts.put_turn(replace(turn, status=TurnStatus.COMPLETE))

    closed = transcripts.close_interrupted(now=5.0 + 2 * SILENCE)

    assert closed == 0
    assert transcripts.turns("s")[0].status is TurnStatus.COMPLETE


def test_a_turn_of_another_machine_is_given_up_after_a_long_silence(
    store: SqliteStore, transcripts: Transcripts
) -> None:
    transcripts.put_turn(Turn("t", "s", "Why?", 5.0, finished_at=50.0))
    store.settings.put("running turn t", f"elsewhere {os.getpid()}")

    early = transcripts.close_interrupted(now=50.0 + SILENCE)
    late = transcripts.close_interrupted(now=51.0 + SILENCE)

    assert (early, late) == (0, 1)
