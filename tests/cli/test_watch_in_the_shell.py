"""watch prints a line for each recorded change, and ends politely."""

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from featherchat.errors import ExitCode
from tests.workshop import Workshop


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Shell = Callable[..., Done]
Start = Callable[..., "subprocess.Popen[str]"]


def commit(workshop: Workshop, message: str) -> None:
    workshop.write("a.py", f"{message}\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)


def read_until(process: "subprocess.Popen[str]", word: str) -> str:
    """What a process says on stderr up to the line with a word."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if word in line:
            break
    return said


def end(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGINT)
    return process.wait(timeout=60)


def test_a_commit_is_told_and_ctrl_c_ends_it(workshop: Workshop, start: Start) -> None:
    commit(workshop, "Before")
    process = start("watch")
    assert process.stdout is not None
    said = read_until(process, "Watching")

    commit(workshop, "Let tokens live five minutes")
    line = process.stdout.readline()
    code = end(process)
    rest = process.stdout.read()

    assert "Read 1 commit from before: 1 new change. Watching 1 folder." in said
    assert "code change · Let tokens live five minutes" in line
    assert (code, rest) == (0, "")


def test_saves_are_told_as_one_memory_that_goes_on(workshop: Workshop, start: Start) -> None:
    commit(workshop, "Before")
    process = start("watch")
    assert process.stdout is not None
    read_until(process, "Watching")

    workshop.write("a.py", "def a(): ...\n")
    first = process.stdout.readline()
    workshop.write("b.py", "def b(): ...\n")
    second = process.stdout.readline()
    code = end(process)

    assert first.startswith("· code change · Uncommitted: ")
    assert second.startswith("updated · code change · Uncommitted: ")
    assert first.split(" · ")[-1] == second.split(" · ")[-1]
    assert code == ExitCode.DONE


def test_json_is_one_object_a_change(workshop: Workshop, start: Start) -> None:
    commit(workshop, "Before")
    process = start("watch", "--json")
    assert process.stdout is not None
    read_until(process, "Watching")

    commit(workshop, "Go on")
    record = json.loads(process.stdout.readline())
    code = end(process)

    assert (record["kind"], record["title"], record["new"]) == ("code_change", "Go on", True)
    assert code == ExitCode.DONE


def test_a_second_watcher_stands_by_and_doctor_names_the_first(
    workshop: Workshop, start: Start, shell: Shell
) -> None:
    commit(workshop, "Before")
    first = start("watch")
    read_until(first, "Watching")
    second = start("watch")
    said = read_until(second, "takes over")

    doctor = shell("doctor")
    codes = (end(second), end(first))

    words = f"Process {first.pid} records commits and saves"
    assert words in said
    assert words in doctor.out
    assert codes == (0, 0)


def test_without_a_repository_there_is_nothing_to_watch(workshop: Workshop, shell: Shell) -> None:
    shutil.rmtree(workshop.root / ".git")

    done = shell("watch")

    assert done.code == ExitCode.USAGE
    assert "There is no git repository around" in done.err
    assert "git init" in done.err
