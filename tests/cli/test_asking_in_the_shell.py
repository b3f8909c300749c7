"""One turn in the shell: the answer on stdout, the rest on stderr, the whole as JSON."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Shell
from tests.providers.servers import MessagesServer, fails, streams, text_events
from tests.workshop import files_with

FACT = "We chose PostgreSQL over MongoDB because orders need transactions."
QUESTION = "Why did we choose PostgreSQL over MongoDB?"
KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesServer]:
    """Claude on the loopback, meant by the environment."""
    with MessagesServer() as running:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url)
        running.scenario = running.says("For ", "transactions.")
        yield running


def test_the_answer_is_data_and_the_rest_is_narration(shell: Shell, server: MessagesServer) -> None:
    shell("remember", FACT, "--kind", "decision")

    done = shell("ask", QUESTION)

    assert (done.code, done.out) == (0, "For transactions.\n")
    assert "recalled 1 of 1" in done.err
    assert "tokens" in done.err
    assert FACT in server.requests[0].raw.decode()


def test_a_turn_is_one_object(shell: Shell, server: MessagesServer) -> None:
    shell("remember", FACT, "--kind", "decision")

    done = shell("ask", "--json", QUESTION)

    found = json.loads(done.out)
    assert found["answer"] == "For transactions."
    assert found["error"] is None
    assert [each["text"] for each in found["recalled"]] == [FACT]
    assert found["session"]


def test_what_was_turned_down_before_is_said_before_the_answer(
    shell: Shell, server: MessagesServer
) -> None:
    shell("remember", "We rejected MongoDB as it has no audit trail.", "--kind", "decision")

    done = shell("ask", "--json", "Should we take MongoDB for the orders?")

    assert ": MongoDB, as it has no audit trail\n" in done.err
    assert len(json.loads(done.out)["rejected"]) == 1


def test_what_comes_through_a_pipe_is_not_what_the_person_decided(shell: Shell) -> None:
    shell("ask", "What", "is", "this?", stdin=b"We decided to use tabs everywhere.\n")
    shell("ask", stdin=b"We decided to use Helm here.\n")

    assert "tabs" not in shell("search", "decided tabs", "--kind", "decision").out
    assert "Helm" in shell("search", "decided Helm", "--kind", "decision").out


def test_a_pipe_is_put_behind_the_question(shell: Shell, server: MessagesServer) -> None:
    shell("ask", "What", "broke?", stdin=b"caf\xe9 exploded\n")

    (message,) = server.requests[0].body["messages"]
    assert "What broke?\n\n~~~\ncaf� exploded\n~~~" in json.dumps(
        message, ensure_ascii=False
    ).replace("\\n", "\n")


def test_no_memory_sends_the_question_alone(shell: Shell, server: MessagesServer) -> None:
    shell("remember", FACT, "--kind", "decision")

    done = shell("ask", "--no-memory", "We decided to use Helm here. Fine?")

    assert "recalled" not in done.err
    assert "learned" not in done.err
    assert "recalled_memories" not in json.dumps(server.requests[0].body["messages"])


def test_an_explicit_statement_is_learnt_and_shown(shell: Shell, server: MessagesServer) -> None:
    done = shell("ask", "We decided to deploy with Helm charts. What is next?")

    assert "learned We decided to deploy with Helm charts." in done.err
    assert shell("search", "Helm charts").code == 0


def test_continue_and_resume_go_on_with_a_conversation(
    shell: Shell, server: MessagesServer
) -> None:
    first = json.loads(shell("ask", "--json", QUESTION).out)["session"]
    json.loads(shell("ask", "--json", "Another matter altogether?").out)

    resumed = json.loads(shell("ask", "--json", "-r", first[-8:].lower(), "And then?").out)
    continued = json.loads(shell("ask", "--json", "--continue", "And further?").out)

    assert (resumed["session"], continued["session"]) == (first, first)
    assert len(server.requests[2].body["messages"]) == 3
    assert len(server.requests[3].body["messages"]) == 5


@pytest.mark.parametrize("options", [["--continue"], ["-r", "zzzzzz"]])
def test_an_unknown_conversation_is_exit_1(
    shell: Shell, server: MessagesServer, options: list[str]
) -> None:
    done = shell("ask", *options, "And now?")

    assert done.code == 1
    assert "no such conversation" in done.err
    assert server.requests == []


def test_an_ambiguous_conversation_is_not_guessed(shell: Shell, server: MessagesServer) -> None:
    first = json.loads(shell("ask", "--json", QUESTION).out)["session"]
    second = json.loads(shell("ask", "--json", QUESTION).out)["session"]

    done = shell("ask", "-r", first[:4], "And now?")

    assert done.code == 2
    assert first in done.err
    assert second in done.err


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "authentication_error"), (404, "not_found_error")]
)
def test_a_refusal_is_exit_4_with_the_next_step(
    shell: Shell, server: MessagesServer, status: int, kind: str
) -> None:
    server.scenario = fails(status, kind, "No.")

    done = shell("ask", QUESTION)
    as_json = shell("ask", "--json", QUESTION)

    assert (done.code, done.out) == (4, "")
    assert len(done.err.strip().splitlines()) >= 3
    assert as_json.code == 4
    assert json.loads(as_json.out)["error"]


def test_a_partial_answer_stays_on_stdout(shell: Shell, server: MessagesServer) -> None:
    server.scenario = streams(*text_events("Half of", " it")[:4], then=lambda it: it.hang_up())

    done = shell("ask", QUESTION)

    assert done.code == 4
    assert done.out == "Half of it\n"
    assert "nothing" not in done.err.lower()


def test_without_a_model_memory_answers_and_says_so(shell: Shell) -> None:
    shell("remember", FACT, "--kind", "decision")

    done = shell("ask", QUESTION)
    nothing = shell("ask", "Who feeds the zebra in winter?")

    assert done.code == 0
    assert FACT in done.out
    assert "no model is set up" in done.out
    assert nothing.code == 1
    assert "No relevant memory" in nothing.out


def test_a_named_provider_without_its_key_is_exit_4(shell: Shell) -> None:
    done = shell("--provider", "anthropic", "ask", QUESTION)

    assert (done.code, done.out) == (4, "")
    assert "ANTHROPIC_API_KEY" in done.err


def test_no_question_is_exit_2(shell: Shell) -> None:
    done = shell("ask")

    assert done.code == 2
    assert "no question" in done.err


def test_a_secret_in_a_question_is_neither_sent_nor_stored(
    shell: Shell, server: MessagesServer, empty_home: object
) -> None:
    shell("ask", f"Is {KEY} a key?")

    assert KEY not in server.requests[0].raw.decode()
    assert files_with(empty_home, KEY.encode()) == []  # type: ignore[arg-type]
