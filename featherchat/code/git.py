"""The one way in which git is run: with a time limit, and with nothing of the repository's own.

Hooks, pagers, file monitors, signature checks and transports named in a repository's
configuration are overridden, and whoever asks for a diff says ``NO_PROGRAMS``. Working-tree
files are never compared by git, because that would run a repository's filters.
"""

import functools
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from featherchat.errors import UsageError

QUICK = 10.0
"""Seconds for a question about names and settings."""

LONG = 120.0
"""Seconds for a walk through the whole history."""

NO_PROGRAMS = ("--no-ext-diff", "--no-textconv")
"""What every diff is asked with: a repository's attributes may name programs for both."""

_OVERRIDES = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.attributesFile": "/dev/null",
    "log.showSignature": "false",
    "log.showRoot": "true",
    "protocol.allow": "never",
}

_ENVIRONMENT = {
    "GIT_CONFIG_COUNT": str(len(_OVERRIDES)),
    **{f"GIT_CONFIG_KEY_{i}": name for i, name in enumerate(_OVERRIDES)},
    **{f"GIT_CONFIG_VALUE_{i}": value for i, value in enumerate(_OVERRIDES.values())},
    "GIT_CONFIG_NOSYSTEM": "1",
    # A repository's protocol.ext.allow=always beats protocol.allow=never, and a partial
    # clone then fetches from "ext::PROGRAM" while its log is read. This beats both.
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

# Every other GIT_* variable is dropped: inside a hook, GIT_DIR and GIT_INDEX_FILE name
# another repository than the folder's. The user's own configuration stays: it holds
# user.email, core.excludesFile and safe.directory, and no repository can write it.
_KEPT = {"GIT_CONFIG_GLOBAL", "GIT_EXEC_PATH"}


class RepositoryProblem(UsageError):
    """git knows this repository, but will not or cannot answer."""


def git_missing() -> bool:
    """Whether there is no git program on the search path."""
    return _git_program(os.environ.get("PATH", os.defpath)) is None


def run_git(
    folder: Path, *arguments: str, seconds: float = QUICK, given: bytes = b"", index: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """What git answers, whatever its exit code.

    Args:
        folder: Where it is asked.
        arguments: The question.
        seconds: How long it may take.
        given: What it reads from its standard input.
        index: The file of what is staged, where it is not the usual one.

    Raises:
        RepositoryProblem: If there is no git, or no answer in time.
    """
    try:
        return subprocess.run(
            _command(folder, arguments),
            input=given,
            capture_output=True,
            env={**_environment(), **({"GIT_INDEX_FILE": index} if index else {})},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(folder, arguments[0], seconds) from error


def read_git(
    folder: Path, *arguments: str, seconds: float = LONG, given: bytes = b"", index: str = ""
) -> bytes:
    """What git answers to a question that has an answer.

    Raises:
        RepositoryProblem: Also if git fails.
    """
    done = run_git(folder, *arguments, seconds=seconds, given=given, index=index)
    if done.returncode:
        raise refusal(folder, done.stderr)
    return done.stdout


def pipe_git(
    folder: Path, asked: tuple[str, ...], reader: tuple[str, ...], given: bytes, seconds: float
) -> bytes:
    """What one git makes of what another says; nothing between them passes through here.

    Raises:
        RepositoryProblem: If either fails, or is not done in time.
    """
    environment, devnull = _environment(), subprocess.DEVNULL
    with tempfile.TemporaryFile() as feed:
        feed.write(given)
        feed.seek(0)
        with (
            subprocess.Popen(
                _command(folder, asked),
                stdin=feed,
                stdout=subprocess.PIPE,
                stderr=devnull,
                env=environment,
            ) as first,
            subprocess.Popen(
                _command(folder, reader),
                stdin=first.stdout,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            ) as second,
        ):
            if first.stdout is not None:
                # The reader holds it now; without this the first would not notice its end.
                first.stdout.close()
            try:
                out, err = second.communicate(timeout=seconds)
                failed = first.wait(timeout=seconds) or second.returncode
            except subprocess.TimeoutExpired as error:
                first.kill()
                second.kill()
                raise _too_slow(folder, asked[0], seconds) from error
    if failed:
        raise refusal(folder, err)
    return out


def refusal(folder: Path, stderr: bytes) -> RepositoryProblem:
    """The error for what git said when it failed."""
    said = os.fsdecode(stderr).strip()
    if "safe.directory" in said:
        return RepositoryProblem(
            f"{folder} belongs to another account, so git does not read it.",
            hint=f"If you trust it, run git config --global --add safe.directory {folder}",
        )
    reason = said.splitlines()[0].removeprefix("fatal: ") if said else "git failed without a word"
    return RepositoryProblem(
        f"git cannot read {folder}: {reason}",
        hint="Run git status there and repair what it names.",
    )


def _command(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    program = _git_program(os.environ.get("PATH", os.defpath))
    if program is None:
        raise RepositoryProblem("There is no git on the search path.", hint="Install git.")
    return [program, "-C", os.fspath(folder), *arguments]


def _environment() -> Mapping[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name in _KEPT
    }
    return inherited | _ENVIRONMENT


@functools.cache
def _git_program(search_path: str) -> str | None:
    """git's full path. A relative folder on the search path could be the repository's own."""
    for folder in search_path.split(os.pathsep):
        program = Path(folder, "git")
        if program.is_absolute() and program.is_file() and os.access(program, os.X_OK):
            return str(program)
    return None


def _too_slow(folder: Path, question: str, seconds: float) -> RepositoryProblem:
    return RepositoryProblem(
        f"git {question} in {folder} gave no answer within {seconds:.0f} s.",
        hint=f"Run git {question} there by hand to see what it waits for.",
    )
