"""The house keeps its floors: a file imports only from floors below its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS = {
    "featherchat_tui": 9,
    "featherchat.cli": 8,
    "featherchat.__main__": 9,
    "featherchat.commands": 7,
    "featherchat.project": 6,
    "featherchat.chat": 5,
    "featherchat.capture": 5,
    "featherchat.reports": 5,
    "featherchat.surroundings": 5,
    "featherchat.upkeep": 5,
    "featherchat.finding": 4,
    "featherchat.recall": 4,
    "featherchat.db": 4,
    "featherchat.providers": 3,
    "featherchat.embedders": 3,
    "featherchat.store": 3,
    "featherchat.code": 3,
    "featherchat.fusion": 2,
    "featherchat.ranking": 2,
    "featherchat.config": 2,
    "featherchat.decisions": 2,
    "featherchat.memory": 1,
    "featherchat.messages": 1,
    "featherchat.recollection": 1,
    "featherchat.settings": 1,
    "featherchat.errors": 1,
    "featherchat.clock": 1,
    "featherchat.privacy": 1,
    "featherchat.native": 1,
    "featherchat.sameness": 1,
}

SAME_FLOOR_VALUES = {
    # Values may be made of values; errors are refused where a value is made.
    ("featherchat.memory", "featherchat.errors"),
    ("featherchat.messages", "featherchat.memory"),
    ("featherchat.messages", "featherchat.recollection"),
    ("featherchat.recollection", "featherchat.memory"),
}

OUTSIDE_LIBRARIES = {
    # Each outside library is known to one pillar only.
    "apsw": "featherchat.store",
    "tantivy": "featherchat.store",
    "usearch": "featherchat.store",
    "numkong": "featherchat.store",
    "onnxruntime": "featherchat.native",
    "voyageai": "featherchat.embedders",
    "anthropic": "featherchat.providers",
    "httpx2": "featherchat.providers",
    "textual": "featherchat_tui",
    "rich": "featherchat_tui",
    "watchdog": "featherchat.code",
}


def source_files() -> list[Path]:
    return sorted([*(ROOT / "featherchat").rglob("*.py"), *(ROOT / "tui").rglob("*.py")])


def module_name(path: Path) -> str:
    base = ROOT / "tui" if path.is_relative_to(ROOT / "tui") else ROOT
    parts = list(path.relative_to(base).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    """The room that a module belongs to: the longest known prefix."""
    found = [room for room in FLOORS if module == room or module.startswith(room + ".")]
    return max(found, key=len, default=None)


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_a_file_imports_only_from_floors_below_its_own(path: Path) -> None:
    module = module_name(path)
    room = room_of(module)
    if module == "featherchat":
        return
    assert room is not None, f"{module} stands on no floor"

    for name in imports_of(path):
        other = room_of(name)
        if other is None or other == room or (room, other) in SAME_FLOOR_VALUES:
            continue
        assert FLOORS[other] < FLOORS[room], f"{module} imports {name}"


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_an_outside_library_is_known_to_one_pillar(path: Path) -> None:
    room = room_of(module_name(path))

    for name in imports_of(path):
        owner = OUTSIDE_LIBRARIES.get(name.split(".")[0])
        assert owner is None or owner == room, f"{module_name(path)} imports {name}"


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_a_file_stays_under_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def loaded_modules(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running some code."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_values_load_nothing_from_outside() -> None:
    loaded = loaded_modules("import featherchat.messages, featherchat.privacy")

    assert not loaded & {"numpy", "apsw", "tantivy", "textual", "rich", "anthropic", "asyncio"}


def test_the_app_loads_no_store_before_it_is_drawn() -> None:
    loaded = loaded_modules("import featherchat_tui.app")

    assert not loaded & {"apsw", "numpy", "tantivy", "watchdog", "semble_grammars", "netext"}


@pytest.mark.parametrize(
    ("command", "unused"),
    [
        ("--help", {"numpy", "onnxruntime", "apsw", "tantivy", "asyncio"}),
        ("search --words anything", {"numpy", "onnxruntime", "featherchat.messages"}),
        ("search --words anything", {"featherchat.capture.statements", "_strptime"}),
        ("adr list", {"numpy", "onnxruntime"}),
        ("--embedder none remember something", {"numpy", "onnxruntime"}),
        ("remember something", set()),
    ],
)
def test_a_headless_command_loads_only_what_it_uses(
    tmp_path: Path, command: str, unused: set[str]
) -> None:
    arguments = ["featherchat", "--trust", *command.split()]

    loaded = loaded_modules(
        f"import os, sys\nos.chdir({str(tmp_path)!r})\nsys.argv = {arguments!r}\n"
        "from featherchat.cli.group import make_group, run_cli\nrun_cli(make_group())"
    )

    assert "featherchat.cli.group" in loaded
    never = {"textual", "rich", "anthropic", "openai", "voyageai", "httpx2", "keyring"}
    assert not loaded & (never | unused)
