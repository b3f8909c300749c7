"""Where grammars are unfolded: in the account's cache, never in the project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_LOAD = "from featherchat.code.grammars import grammar_of; print(grammar_of('python') is not None)"


@pytest.mark.parametrize("folder", ["", "cache", "./cache"])
def test_a_cache_folder_that_would_lie_in_the_project_is_not_used(
    folder: str, tmp_path: Path, empty_home: Path
) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": folder, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("SEMBLE_GRAMMARS_CACHE_DIR", None)

    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []
    assert list(
        (empty_home / ".cache" / "featherchat" / "grammars").rglob("libtree_sitter_python*")
    )
