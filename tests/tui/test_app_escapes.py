"""What an attacker wrote is only text in a real terminal, wherever the app shows it."""

import re
import subprocess
from pathlib import Path

import pytest
from pseudo_terminal import open_terminal

from featherchat.clock import FixedClock
from featherchat.embedders.hashing import HashEmbedder
from featherchat.project import Opening, Project, Surroundings
from featherchat.store.places import Places
from tests.hostile import ANY_CONTROL, HOSTILE, MARKER
from tests.poisoning import poison

BRANCH = f"a\x9b31;66m\u202e{MARKER}"
SIZE = (120, 40)
LONG = 240.0
"""Seconds that the whole visit may take on a busy machine."""

TOKEN = re.compile(
    "\x1b\\[(?P<csi>[0-?]*[ -/]*[@-~])|\x1b(?P<string>[\\]PX^_].*?)(?:\x07|\x1b\\\\)"
    "|(?P<other>\x1b.?|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f])",
    re.DOTALL,
)
MODES = "1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7"
OURS = re.compile(
    rf"(?:0|[1-9]|2[1-9]|38;2;\d+;\d+;\d+|48;2;\d+;\d+;\d+|;)*m|(?P<row>\d+);(?P<column>\d+)H"
    rf"|\?(?:{MODES})[hl]|\?\d+\$p|[<>]?\d*u|\?u|[0-3]?J|c|>c"
)
"""What Textual's driver and our colors send."""


def foreign(sent: str) -> set[str]:
    """The control sequences that are none of the app's own."""
    found = set()
    for token in TOKEN.finditer(sent):
        ours = OURS.fullmatch(token["csi"] or "")
        inside = ours and not (ours["row"] and int(ours["row"]) > SIZE[1])
        pointer = (token["string"] or "").startswith("]22;")
        if not (inside or pointer):
            found.add(token[0])
    return found


@pytest.fixture
async def poisoned(tmp_path: Path) -> tuple[Path, Path]:
    """The home and the repository of a project in which everything is hostile."""
    repository, home = tmp_path / "ledger", tmp_path / "home"
    (repository / "docs").mkdir(parents=True)
    (repository / "README.md").write_text("# Pool\n\n" + "\n\n".join(map(_storable, HOSTILE)))
    for text in HOSTILE:
        name = _storable(text)[:60].replace("/", "_").replace("\0", "") + ".md"
        (repository / "docs" / name).write_text(f"# The pool\n\n{_storable(text)}\n")
    for command in (("init", "-q", "-b", BRANCH), ("add", "."), ("commit", "-qm", HOSTILE[0])):
        subprocess.run(["git", "-C", repository, *command], check=True)
    _settings(home / "config")
    clock = FixedClock()
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    around = Surroundings(places, {}, clock, None, HashEmbedder())
    project = await Project.open(Opening(repository, trust=True), around)
    await project.learn(await project.plan_learning())
    path = project.memories.path
    await project.close()
    poison(path, clock)
    return home, repository


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _settings(folder: Path) -> None:
    """Themes, keys and settings that are hostile: each is reported, none is fatal."""
    (folder / "themes").mkdir(parents=True)
    for place, text in enumerate(HOSTILE[::6]):
        quoted = "".join(f"\\U{ord(letter):08x}" for letter in _storable(text)[:80])
        theme = f'name = "{quoted}"\n[colors]\nprimary = "{quoted}"\n'
        name = f"{place}{_storable(text)[:30]}.toml".replace("/", "_").replace("\0", "")
        (folder / "themes" / name).write_text(theme)
    escape = f"\\u001b]0;{MARKER}\\u0007[/nope]"
    (folder / "keys.toml").write_text(f'[keys]\n"{escape}" = "f9"\ndecay = "{escape}"\n')
    (folder / "config.toml").write_text(
        f'[app]\ntheme = "{escape}"\n[adr]\nroots = ["{escape}"]\n[model]\nname = "{escape}"\n'
    )


@pytest.mark.slow
@pytest.mark.anyio
async def test_nothing_hostile_reaches_a_real_terminal_as_more_than_text(
    poisoned: tuple[Path, Path],
) -> None:
    home, repository = poisoned
    script = Path(__file__).parent / "hostile_app.py"
    terminal = open_terminal([script, home, repository], repository, home, SIZE)
    try:
        code = terminal.end(LONG)
    finally:
        terminal.process.kill()

    assert code == 0, terminal.seen[-2_000:]
    sent = terminal.seen.decode("utf-8")
    assert sorted(foreign(sent)) == []
    text = TOKEN.sub("", sent).replace("\r", "")
    assert not ANY_CONTROL.search(text)
    assert "accent is missing" in text
    logs = [file.read_text() for file in (home / "log").glob("*.log")]
    assert not any("Traceback" in log for log in logs), logs
