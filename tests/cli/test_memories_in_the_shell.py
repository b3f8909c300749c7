"""The commands on memories, as a shell and a program see them."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.workshop import Workshop, files_with

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"
RECORD = """\
# 12. Use PostgreSQL

Date: 2024-03-01

## Status

Accepted

## Context

Orders need transactions across three tables.

## Decision

We will use PostgreSQL for every service.
"""


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def remembered(shell: Shell, text: str, *options: str) -> str:
    """The id of a new memory."""
    done = shell("remember", "--json", *options, text)
    assert done.code == 0, done.err
    found: str = objects(done.out)[0]["id"]
    return found


def test_what_is_remembered_is_found_at_once(shell: Shell) -> None:
    said = shell("remember", "We chose usearch over FAISS for its size.")

    found = shell("search", "why", "usearch")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Remembered: ")
    assert found.code == 0
    assert "usearch over FAISS" in found.out


def test_nothing_found_is_exit_1_and_said_on_stderr(shell: Shell) -> None:
    shell("remember", "We chose usearch over FAISS for its size.")

    done = shell("search", "zebra husbandry")

    assert (done.code, done.out) == (1, "")
    assert "No relevant memory among 1 memory" in done.err


def test_an_empty_project_is_told_what_to_do(shell: Shell) -> None:
    done = shell("search", "anything")

    assert done.code == 1
    assert "featherchat init" in done.err


def test_search_prints_one_object_a_line(shell: Shell) -> None:
    for number in range(3):
        shell("remember", f"The usearch index number {number} is small.", "--kind", "decision")

    done = shell("search", "usearch index", "--json")

    found = objects(done.out)
    assert done.err == ""
    assert len(found) == 3
    assert {"id", "kind", "title", "text", "status", "score", "path", "created_at"} <= set(found[0])
    assert (found[0]["kind"], found[0]["status"], found[0]["path"]) == ("decision", "active", None)
    assert [each["score"] for each in found] == sorted(
        (each["score"] for each in found), reverse=True
    )


def test_search_is_narrowed_by_kind_layer_path_time_and_number(
    shell: Shell, workshop: Workshop
) -> None:
    workshop.write("docs/guide.md", "# The usearch index\n\nThe usearch index lies in a folder.\n")
    shell("init")
    remembered(shell, "We chose the usearch index over FAISS.", "--kind", "decision")
    remembered(shell, "The usearch index was slow on Monday.", "--kind", "debugging")

    def kinds(*options: str) -> set[str]:
        return {
            each["kind"]
            for each in objects(shell("search", "usearch index", "--json", *options).out)
        }

    assert kinds() == {"overview", "decision", "debugging"}
    assert kinds("--kind", "decisions") == {"decision"}
    assert kinds("--kind", "decision", "--kind", "debugging") == {"decision", "debugging"}
    assert kinds("--layer", "project") == {"overview"}
    assert kinds("--path", "docs") == {"overview"}
    assert (
        kinds("--path", "./docs/") == kinds("--path", str(workshop.root / "docs")) == {"overview"}
    )
    assert kinds("--path", ".") == kinds()
    assert kinds("--path", "docs/*.md") == {"overview"}
    assert kinds("--path", "src") == set()
    assert kinds("--since", "2d") == {"overview", "decision", "debugging"}
    assert kinds("--since", "2999-01-01") == set()
    assert len(kinds("--limit", "1")) == 1


def test_a_half_life_is_given_at_query_time(shell: Shell) -> None:
    remembered(shell, "The usearch index was slow on Monday.", "--kind", "debugging")

    (found,) = objects(shell("search", "usearch", "--json", "--half-life", "2").out)

    assert found["parts"]["half_life"] == 2.0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["search", "x", "--since", "whenever"], "whenever"),
        (["search", "x", "--since", "9" * 400 + "y"], "neither a period nor a date"),
        (["search", "x", "--limit", "-1"], "-1"),
        (["search", "x", "--limit", "0"], "0"),
        (["search", "x", "--half-life", "-5"], "-5"),
        (["search", "x", "--half-life", "nan"], "nan"),
        (["search", "x", "--layer", "moon"], "moon"),
        (["search"], "QUESTION"),
        (["remember", "x", "--importance", "11"], "11"),
        (["remember", "   "], "empty"),
        (["remember"], "no text"),
        (["serach", "x"], "serach"),
        (["remember", "caf\udce9"], "not valid UTF-8"),
        (["search", "caf\udce9"], "not valid UTF-8"),
    ],
)
def test_a_wrong_call_is_exit_2_and_named(shell: Shell, arguments: list[str], named: str) -> None:
    done = shell(*arguments)

    assert (done.code, done.out) == (2, "")
    assert named in done.err
    assert "Traceback" not in done.err


def test_what_comes_through_a_pipe_is_remembered(shell: Shell) -> None:
    done = shell("remember", stdin="Die Größe zählt hier wirklich.\n".encode())

    assert done.code == 0
    assert "Größe" in shell("search", "Größe").out


@pytest.mark.parametrize(
    ("stdin", "named"),
    [
        (b"caf\xe9 au lait", "not UTF-8"),
        (b"", "no text"),
        (b"  \n", "empty"),
        (b"x" * 10_000_000, "10,000,000 characters"),
        (b"word " * 5_000, "24,999 characters"),
    ],
    ids=["latin", "nothing", "blank", "10 MB", "25 kB"],
)
def test_a_pipe_that_cannot_be_kept_is_refused_with_the_next_step(
    shell: Shell, stdin: bytes, named: str
) -> None:
    done = shell("remember", stdin=stdin)

    assert done.code == 2
    assert named in done.err
    assert len(done.err.splitlines()) >= 2
    assert shell("search", "caf", "lait", "word").code == 1


def test_control_characters_are_taken_out(shell: Shell) -> None:
    shell("remember", stdin=b"Red \x1b[31malert\x1b[0m for the\0 usearch index")

    done = shell("search", "usearch")

    assert "\x1b" not in done.out
    assert "Red alert for the usearch index" in done.out


def test_a_secret_is_redacted_before_it_is_stored(shell: Shell, empty_home: Any) -> None:
    shell("remember", f"The staging key is {KEY} for now.")

    done = shell("search", "staging key")

    assert "[redacted:anthropic-key:" in done.out
    assert files_with(empty_home, KEY.encode()) == []


def test_saying_it_twice_is_known_already(shell: Shell) -> None:
    shell("remember", "Ships on Monday.")

    done = shell("remember", "ships on monday")

    assert (done.code, done.out) == (0, "")
    assert "Already known" in done.err


def test_a_memory_is_shown_by_its_id_the_end_of_it_or_its_mark(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships on Monday.")

    for reference in (memory_id, memory_id[-6:].lower(), f"m:{memory_id[-6:]}", memory_id[:12]):
        done = shell("show", reference)
        assert (done.code, "Ships on Monday." in done.out) == (0, True)
    (found,) = objects(shell("show", memory_id, "--json").out)
    assert found["id"] == memory_id


@pytest.mark.parametrize("reference", ["zzzzzz", "x", "é" * 6, "ADR-99", "'; DROP TABLE memories"])
def test_an_unknown_id_is_exit_1_with_a_hint(shell: Shell, reference: str) -> None:
    done = shell("show", reference)

    assert (done.code, done.out) == (1, "")
    assert "search" in done.err


def test_an_ambiguous_id_names_the_memories(shell: Shell) -> None:
    first = remembered(shell, "Ships on Monday.")
    remembered(shell, "Ships on Friday.")

    done = shell("show", first[:5])

    assert done.code == 2
    assert "Ships on Monday." in done.err
    assert "Ships on Friday." in done.err
    assert "more of the id" in done.err


@pytest.mark.parametrize("reference", ["ADR-12", "adr-0012", "12", "ADR 12"])
def test_a_record_is_found_by_its_number(shell: Shell, workshop: Workshop, reference: str) -> None:
    workshop.write("doc/adr/0012-use-postgresql.md", RECORD)
    shell("init")

    done = shell("show", reference)

    assert done.code == 0
    assert "PostgreSQL for every service" in done.out


def test_a_record_keeps_its_number_when_its_file_is_renamed(
    shell: Shell, workshop: Workshop
) -> None:
    file = workshop.write("doc/adr/0012-use-postgresql.md", RECORD)
    shell("init")
    file.rename(file.with_name("0012-postgresql.md"))
    shell("init")

    done = shell("show", "ADR-12")

    assert done.code == 0
    assert "0012-postgresql.md" in done.out


def test_record_number_zero_is_a_number(shell: Shell, workshop: Workshop) -> None:
    workshop.write("doc/adr/0000-use-postgresql.md", RECORD.replace("12.", "0."))
    shell("init")

    assert shell("show", "ADR-0").code == 0
    assert shell("show", "ADR-0000").code == 0


def test_an_edit_changes_the_words_and_keeps_the_history(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships on Monday.")

    done = shell("edit", memory_id, "Ships on Friday.")

    shown = shell("show", memory_id)
    assert done.code == 0
    assert "Ships on Friday." in shown.out
    assert "edited: Ships on Monday." in shown.out


def test_an_edit_reads_a_pipe(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships on Monday.")

    done = shell("edit", memory_id, stdin=b"Ships on Sunday.\n")

    assert done.code == 0
    assert "Ships on Sunday." in shell("show", memory_id).out


def test_an_edit_without_a_text_changes_nothing(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships on Monday.")

    done = shell("edit", memory_id)

    assert done.code == 2
    assert "no text" in done.err
    assert "Ships on Monday." in shell("show", memory_id).out


def test_forget_and_undo(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships the feathers on Monday.")
    forgotten = shell("forget", memory_id)
    gone = shell("search", "feathers").code

    undone = shell("undo")

    assert (forgotten.code, gone, undone.code) == (0, 1, 0)
    assert "restored" in undone.out
    assert shell("search", "feathers").code == 0


def test_undo_takes_back_one_change_after_the_other_until_there_is_none(shell: Shell) -> None:
    remembered(shell, "Ships on Monday.")
    remembered(shell, "Ships on Friday.")
    shell("remember", "Ships on Friday.")

    codes = [shell("undo").code for _ in range(3)]

    assert codes == [0, 0, 1]


def test_what_is_forgotten_for_good_is_in_no_file(shell: Shell, empty_home: Any) -> None:
    memory_id = remembered(shell, "The xylophone stands in the cellar.")
    shell("pin", memory_id)

    done = shell("forget", "--hard", memory_id)

    assert done.code == 0
    assert files_with(empty_home, b"xylophone") == []
    assert shell("undo").code == 1
    assert shell("search", "xylophone").code == 1


def test_forget_of_an_unknown_id_forgets_nothing(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships the feathers on Monday.")

    done = shell("forget", memory_id, "zzzzzz")

    assert done.code == 1
    assert shell("search", "feathers").code == 0


def test_a_pin_holds_and_can_be_taken_off(shell: Shell) -> None:
    memory_id = remembered(shell, "Ships on Monday.")

    shell("pin", memory_id)
    (pinned,) = objects(shell("show", memory_id, "--json").out)
    shell("pin", "--off", memory_id)
    (loose,) = objects(shell("show", memory_id, "--json").out)

    assert (pinned["pinned"], loose["pinned"]) == (True, False)


def test_importance_ten_pins(shell: Shell) -> None:
    memory_id = remembered(shell, "Never ship on Friday.", "--importance", "10")

    (found,) = objects(shell("show", memory_id, "--json").out)

    assert (found["importance"], found["pinned"]) == (2.0, True)


def test_explain_shows_the_parts_and_near_misses(shell: Shell) -> None:
    remembered(shell, "We chose usearch over FAISS for its size.", "--kind", "decision")
    remembered(shell, "A size for shoes and hats of every kind.")

    done = shell("search", "usearch size", "--explain")

    assert "score = (" in done.out
    assert "held by status" in done.out


def test_explain_as_json_has_every_part_and_the_near_misses(shell: Shell) -> None:
    remembered(shell, "We chose usearch over FAISS for its size.", "--kind", "decision")
    remembered(shell, "Usearch again, of another size.")

    found, miss = objects(shell("search", "usearch size", "-n", "1", "--explain", "--json").out)

    parts = found["parts"]
    relevance = parts["share_words"] * parts["words"] + parts["share_meaning"] * parts["meaning"]
    weight = parts["importance"] * parts["trust"] * parts["validity"]
    share = parts["time_weight"]
    score = (1 - share) * relevance + share * parts["recency"]
    assert found["score"] == pytest.approx(score * weight ** parts["weight_exponent"], abs=1e-6)
    assert found["note"] == ""
    assert miss["note"] == "beyond the first 1"


def test_another_embedder_is_a_clear_notice_whose_hint_works(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered(shell, "We chose usearch over FAISS for its size.")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "local")

    mismatch = shell("search", "usearch FAISS")
    words = shell("search", "--words", "usearch FAISS")
    reindexed = shell("reindex")
    after = shell("search", "usearch FAISS")

    assert (mismatch.code, words.code, reindexed.code, after.code) == (0, 0, 0, 0)
    assert "featherchat reindex" in mismatch.err
    assert "usearch over FAISS" in mismatch.out
    assert (words.err, after.err) == ("", "")
    assert "Embedded 1 memory" in reindexed.out


def test_a_memory_without_its_meaning_is_told_and_gets_it_later(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "voyage")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_BASE_URL", "http://127.0.0.1:9")

    said = shell("remember", "We chose usearch over FAISS for its size.")
    found = shell("search", "usearch FAISS")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "hash")
    shell("remember", "Something else altogether was said.")
    waiting = shell("doctor").out

    assert (said.code, found.code) == (0, 0)
    assert "by words only for now" in said.err
    assert "wait for it" not in waiting


def test_reindex_without_an_embedder_is_refused(shell: Shell) -> None:
    remembered(shell, "We chose usearch over FAISS for its size.")

    done = shell("--embedder", "none", "reindex")

    assert done.code == 2
    assert "embedder.name" in done.err
