"""Whatever is wrong around it: a clear message, the next step, the right exit code."""

import contextlib
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from featherchat.store.schema import SCHEMA
from tests.cli.conftest import Shell, Start
from tests.harming import change_behind
from tests.providers.servers import Exchange, MessagesServer, streams, text_events
from tests.workshop import Workshop


def store_of(shell: Shell) -> Path:
    places = [json.loads(line) for line in shell("where", "--json").lines]
    return Path(next(place["path"] for place in places if place["name"] == "store"))


def test_a_folder_that_nobody_trusts_is_not_read(shell: Shell, workshop: Workshop) -> None:
    workshop.write(".featherchat.toml", "[nonsense")

    done = shell("search", "x", trust=False)

    assert (done.code, done.out) == (2, "")
    assert "not trusted" in done.err
    assert "--trust" in done.err


def test_trust_is_remembered(shell: Shell) -> None:
    shell("remember", "Ships the feathers on Monday.")

    assert shell("search", "feathers", trust=False).code == 0


def test_a_folder_without_git_works(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "README.md").write_text("# Plain\n\nNo version control in here.\n")
    monkeypatch.chdir(folder)

    assert shell("init").code == 0
    assert shell("search", "version control").code == 0


def test_a_machine_without_git_works_and_says_so(
    shell: Shell, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    monkeypatch.setenv("PATH", "/nowhere")

    done = shell("init")

    assert done.code == 0
    assert "git is not installed" in done.err
    assert shell("search", "feathers").code == 0


def test_an_empty_repository_works(shell: Shell) -> None:
    done = shell("init")

    assert done.code == 0
    assert "Learnt 0 documents" in done.out
    assert shell("remember", "Said before the first commit.").code == 0
    assert shell("doctor").code in (0, 3)


def test_a_detached_head_works(shell: Shell, workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    workshop.git("checkout", "--quiet", "--detach")

    assert shell("init").code == 0
    assert shell("ask", "Who sells feathers to writers?").code == 0


def test_the_home_folder_is_never_a_project(
    shell: Shell, empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(empty_home)

    done = shell("init")

    assert (done.code, done.out) == (2, "")
    assert "home folder" in done.err


def test_a_folder_that_was_removed_is_named(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()

    done = shell("search", "x")

    assert done.code == 2
    assert "no longer there" in done.err


@pytest.mark.parametrize("variable", ["XDG_DATA_HOME", "XDG_CACHE_HOME"])
def test_a_folder_that_cannot_be_written(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv(variable, str(tmp_path / "file" / "below"))

    said = shell("remember", "Ships the feathers on Monday.")

    if variable == "XDG_DATA_HOME":
        assert (said.code, said.out) == (3, "")
        assert str(tmp_path / "file") in said.err
    else:
        # Indexes are derived: without a place for them they are kept in memory.
        assert said.code == 0
        assert shell("search", "feathers").code == 0


@pytest.mark.parametrize("content", [b"Dear diary", b"", None], ids=["text", "empty", "folder"])
def test_a_foreign_file_in_the_stores_place_is_left_alone(
    shell: Shell, content: bytes | None
) -> None:
    path = store_of(shell)
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    done = shell("search", "x")

    assert (done.code, done.out) == (3, "")
    assert str(path) in done.err
    assert "--store PATH" in done.err
    assert content is None or path.read_bytes() == content


def test_a_store_of_a_newer_version_can_be_searched_shown_and_asked(shell: Shell) -> None:
    memory_id = json.loads(shell("remember", "--json", "Ships the feathers on Monday.").out)["id"]
    path = store_of(shell)
    change_behind(path, f"PRAGMA user_version = {SCHEMA + 1}")

    found = shell("search", "feathers")
    refused = shell("remember", "More.")
    shown = shell("show", memory_id)
    asked = shell("ask", "Who ships feathers?")
    learnt = shell("init")

    assert (found.code, shown.code, asked.code) == (0, 0, 0)
    assert all("feathers on Monday" in done.out for done in (found, shown, asked))
    assert "not stored" in asked.err
    assert (refused.code, learnt.code) == (3, 0)
    assert "Upgrade featherchat" in refused.err
    assert "Upgrade featherchat" in shell("doctor").out


def test_a_damaged_memory_is_named_and_there_is_a_way_out(shell: Shell, workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    shell("init")
    shell("remember", "Ships the quills on Monday.")
    path = store_of(shell)
    ((memory_id,),) = change_behind(
        path,
        "UPDATE memories SET text = 'Sells beathers.' WHERE path = 'README.md' RETURNING id",
    )

    asked = shell("show", memory_id)
    doctor = shell("doctor")
    removed = shell("forget", "--hard", memory_id)
    again = shell("init")

    assert asked.code == 3
    assert memory_id in asked.err
    assert doctor.code == 3
    assert f"forget --hard {memory_id}" in doctor.out
    assert removed.code == 0
    assert "1 damaged memory" in removed.out
    assert "1 new memory" in again.out
    assert shell("doctor").code == 0
    assert shell("search", "feathers").code == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [("[recall]\nlimt = 3\n", "recall.limit"), ("[recall\n", "TOML"), ("\xff", "cannot be read")],
)
def test_wrong_settings_are_exit_2_and_name_the_file(
    shell: Shell, empty_home: Path, text: str, named: str
) -> None:
    file = empty_home / ".config" / "featherchat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode("latin-1"))

    done = shell("search", "x")

    assert (done.code, done.out) == (2, "")
    assert str(file) in done.err
    assert named in done.err


def test_a_projects_file_may_not_say_where_memory_lies(shell: Shell, workshop: Workshop) -> None:
    workshop.write(".featherchat.toml", '[store]\npath = "/tmp/elsewhere"\n')

    done = shell("search", "x")

    assert done.code == 2
    assert ".featherchat.toml sets [store]" in done.err


def test_documents_that_cannot_be_read_are_named_and_the_rest_is_learnt(
    shell: Shell, workshop: Workshop
) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    workshop.write("docs/picture.md", b"\0\1\2")
    workshop.write("docs/huge.md", "word " * 210_000)
    (workshop.root / "docs" / "loop.md").symlink_to("loop.md")

    done = shell("init")

    assert done.code == 0
    assert "skipped docs/picture.md: it is not text" in done.err
    assert "skipped docs/huge.md: it is larger than the limit" in done.err
    assert "docs/loop.md" in done.err
    assert shell("search", "feathers").code == 0


def test_a_dry_run_stores_nothing(shell: Shell, workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")

    done = shell("init", "--dry-run")

    assert done.code == 0
    assert "README.md  overview  1 piece  new" in done.out
    assert "about 1 s" in done.err
    assert shell("search", "feathers").code == 1


def test_learning_goes_on_when_the_embedder_fails(
    shell: Shell, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "voyage")
    monkeypatch.setenv("VOYAGE_API_KEY", "pa-test")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_BASE_URL", "http://127.0.0.1:9")

    learnt = shell("init")
    found = shell("search", "--words", "feathers")
    monkeypatch.setenv("FEATHERCHAT_EMBEDDER_NAME", "hash")
    again = shell("init")

    assert (learnt.code, found.code) == (0, 0)
    assert len(learnt.err.splitlines()) >= 2
    assert "Memory is complete" in again.out


def test_help_and_version_need_no_project(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, empty_home: Path
) -> None:
    monkeypatch.chdir(empty_home)

    assert shell("--help", trust=False).code == 0
    assert shell("search", "--help", trust=False).code == 0
    assert "featherchat" in shell("--version", trust=False).out


def test_a_reader_that_leaves_early_is_no_error(start: Start) -> None:
    start("remember", "Ships the feathers on Monday.").communicate()
    read, write = os.pipe()
    os.close(read)

    process = start("search", "feathers", stdout=write)
    os.close(write)
    _, err = process.communicate()

    assert (process.returncode, err) == (0, "")


def full_pipe() -> tuple[int, int]:
    """A pipe into which nothing more goes until somebody reads it."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write, b" " * 4_096)
    os.set_blocking(write, True)
    return read, write


def test_ctrl_c_during_init_keeps_what_was_stored(start: Start, workshop: Workshop) -> None:
    for number in range(300):
        text = "\n\n".join(f"Words of part {part} in document {number}." for part in range(10))
        workshop.write(f"docs/{number:03}.md", f"# Document {number}\n\n{text}\n")
    # It cannot say that it has done before it has heard the signal, however slow this test is.
    read, write = full_pipe()
    process = start("init", stdout=write)
    os.close(write)
    assert process.stderr is not None
    plan = process.stderr.readline()

    process.send_signal(signal.SIGINT)
    with os.fdopen(read, "rb") as said:
        said.read()
    _, err = process.communicate(timeout=60)

    again = start("init")
    out, _ = again.communicate(timeout=60)
    once_more = start("init")
    last, _ = once_more.communicate(timeout=60)
    assert "300 documents to read" in plan
    assert process.returncode == 130
    assert "what was stored is safe" in err
    assert "Traceback" not in err
    assert again.returncode == 0
    assert "Memory is complete" in out
    assert "300 documents unchanged" in last


def test_exit_codes_reach_the_shell(start: Start) -> None:
    def code(*arguments: str) -> int:
        process = start(*arguments)
        process.communicate()
        return process.returncode

    assert code("remember", "Ships the feathers on Monday.") == 0
    assert code("search", "zebra") == 1
    assert code("search") == 2
    assert code("--store", "/dev/null/x", "search", "feathers") == 3
    assert code("--provider", "anthropic", "ask", "Why?") == 4


def test_two_shells_at_once_lose_nothing(start: Start) -> None:
    running: list[subprocess.Popen[str]] = [
        start("remember", f"The unique word is feather{number}.") for number in range(4)
    ]
    for process in running:
        process.communicate()

    found = start("search", "--words", "--json", "unique word")
    out, _ = found.communicate()

    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert len(out.splitlines()) == 4


def test_ctrl_c_during_an_answer_keeps_what_had_come(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MessagesServer() as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        server.scenario = streams(*text_events("Half of", " it")[:4], then=Exchange.stall)
        process = start("ask", "Why is it so?")
        assert process.stdout is not None
        said = process.stdout.read(len("Half of it"))

        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

        server.scenario = server.says("The other half.")
        start("ask", "--continue", "Go on with it, please.").communicate(timeout=60)
        history = json.dumps(server.requests[-1].body["messages"])

    assert said == "Half of it"
    assert process.returncode == 130
    assert "what was stored is safe" in err
    assert "Traceback" not in err
    assert "Half of it" in history


def test_two_inits_at_once_learn_everything_once(start: Start, workshop: Workshop) -> None:
    for number in range(40):
        workshop.write(f"docs/{number:02}.md", f"# Page {number}\n\nThe words of page {number}.\n")
    running = [start("init") for _ in range(2)]
    for process in running:
        process.communicate(timeout=60)

    found = start("search", "--words", "--json", "--limit", "200", "words of page")
    out, _ = found.communicate(timeout=60)

    texts = [json.loads(line)["text"] for line in out.splitlines()]
    assert [process.returncode for process in running] == [0, 0]
    assert len(texts) == len(set(texts)) == 40


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_output_that_cannot_be_written_is_an_error_and_no_traceback(
    shell: Shell, start: Start
) -> None:
    shell("remember", "Ships the feathers on Monday.")

    with Path("/dev/full").open("w") as full:
        running = start("search", "feathers", stdout=full)
        error = running.communicate()[1]

    assert running.returncode == 2
    assert "cannot be written" in error
    assert "Traceback" not in error


def test_a_store_that_is_made_elsewhere_is_announced(shell: Shell, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "memory.feather"

    done = shell("--store", str(place), "remember", "Ships the feathers on Monday.")

    assert done.code == 0
    assert "a new store is made there" in done.err
    assert place.exists()


def test_a_kind_that_nothing_has_is_named_with_those_there_are(shell: Shell) -> None:
    shell("remember", "--kind", "stack", "The feathers are kept in PostgreSQL.")

    done = shell("search", "--kind", "stake", "feathers")

    assert done.code == 1
    assert "No memory is of the kind stake; there are stack." in done.err
