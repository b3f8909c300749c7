"""Turns wait to be learnt from, each once, also after a crash."""

import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from featherchat.messages import TurnStatus
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Transcripts, Turn
from featherchat.store.unlearnt import NOBODY, Unlearnt
from tests.conftest import MakeMemory

DONE = Turn("t1", "s", "Why?", 2.0, answer="Because.", status=TurnStatus.COMPLETE)


@pytest.fixture
def transcripts(store: SqliteStore) -> Transcripts:
    store.transcripts.put_session(ChatSession("s", "Why?", 1.0, 1.0))
    return store.transcripts


@pytest.mark.parametrize("status", [TurnStatus.COMPLETE, TurnStatus.CUT])
def test_a_turn_that_ended_waits_to_be_learnt_from(
    transcripts: Transcripts, status: TurnStatus
) -> None:
    transcripts.put_turn(replace(DONE, status=TurnStatus.STREAMING))
    transcripts.put_turn(replace(DONE, status=status))

    assert transcripts.unlearnt.of_session("s") == [Unlearnt("t1", heard=False)]
    assert transcripts.unlearnt.of_session("other") == []


@pytest.mark.parametrize(
    "status",
    [TurnStatus.STREAMING, TurnStatus.FAILED, TurnStatus.CANCELLED, TurnStatus.REFUSED],
)
def test_a_turn_that_comes_back_to_the_person_does_not_wait(
    transcripts: Transcripts, status: TurnStatus
) -> None:
    transcripts.put_turn(replace(DONE, status=status))

    assert transcripts.unlearnt.of_session("s") == []


def test_what_was_heard_is_not_heard_again_and_what_is_learnt_waits_no_more(
    transcripts: Transcripts,
) -> None:
    transcripts.put_turn(DONE)
    transcripts.put_turn(replace(DONE, id="t2"))

    transcripts.unlearnt.heard("t1")
    transcripts.unlearnt.learnt(["t2"])

    assert transcripts.unlearnt.of_session("s") == [Unlearnt("t1", heard=True)]


def test_only_what_a_dead_process_left_is_claimed_and_by_one(
    store: SqliteStore, transcripts: Transcripts
) -> None:
    transcripts.put_turn(DONE)
    with store.database.transaction(raises_revision=False):
        transcripts.unlearnt.add(["left"], NOBODY)

    first = transcripts.unlearnt.claim()
    second = transcripts.unlearnt.claim()

    assert first == [Unlearnt("left", heard=False)]
    assert second == []


def test_what_a_process_left_that_has_died_is_claimed(
    store: SqliteStore, transcripts: Transcripts
) -> None:
    died = subprocess.Popen([sys.executable, "-c", ""])
    died.wait()
    with store.database.transaction(raises_revision=False):
        transcripts.unlearnt.add(["left"], f"{socket.gethostname()} {died.pid}")

    assert transcripts.unlearnt.claim() == [Unlearnt("left", heard=False)]
    assert transcripts.unlearnt.count() == 1


def test_a_turn_that_a_crash_cut_waits_for_whoever_comes_next(transcripts: Transcripts) -> None:
    transcripts.put_turn(replace(DONE, status=TurnStatus.STREAMING))

    transcripts.close_interrupted(now=1e9)

    assert transcripts.turns("s")[0].status is TurnStatus.CUT
    assert transcripts.unlearnt.claim() == [Unlearnt("t1", heard=False)]


def test_what_a_model_found_in_a_turn_is_known_by_the_log(
    store: SqliteStore, transcripts: Transcripts, a_memory: MakeMemory
) -> None:
    transcripts.put_turn(DONE)
    transcripts.put_turn(replace(DONE, id="t2"))
    store.put([a_memory("One.")], Cause("o1", 1.0, "assistant", "learnt", "s", "t1"))
    store.put([a_memory("Other.")], Cause("o2", 1.0, "user", "learnt", "s", "t2"))

    assert transcripts.unlearnt.distilled(["t1", "t2"]) == {"t1"}
