"""A model of a disk: what a traced process wrote, and what a power cut would leave of it.

What a file had when it was last synced stays. Of what was written since, each sector of
512 bytes is there or not, as chance has it; so is a file's being removed or renamed, until
its folder is synced.
"""

import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
ROOT = Path(__file__).parents[2]
_CALLS = "pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat2,link,linkat"
_LINE = re.compile(r"(\w+)\((.*)\) = (-?\d+)")
_FILE = re.compile(r"(\d+)<([^>]*)>")
_BYTES = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Event:
    """One call that changes a disk."""

    call: str
    """write, sync, truncate, remove, rename, or said (what was acknowledged)."""

    path: str
    data: bytes = b""
    offset: int = 0
    target: str = ""


def can_trace() -> bool:
    """Whether strace is here and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "-o", os.devnull, "true"]).returncode == 0


def traced(folder: Path, store: Path, *options: str) -> list[Event]:
    """What a writer of a store did, in order."""
    log = folder / "trace"
    command = ["strace", "-qq", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}"]
    command += ["-e", "signal=none", "-o", str(log), sys.executable, "-m", "tests.store.writer"]
    subprocess.run([*command, str(store), *options], cwd=ROOT, check=True, capture_output=True)
    with log.open() as lines:
        return [event for event in _events(lines) if event.call == "said" or _inside(event, store)]


def _inside(event: Event, store: Path) -> bool:
    return event.path.startswith(str(store.parent)) and not event.path.endswith("-shm")


def _events(lines: Iterator[str]) -> Iterator[Event]:
    for line in lines:
        match = _LINE.match(line)
        if match is None or match[3].startswith("-"):
            continue
        call, arguments = match[1], match[2]
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in _BYTES.findall(arguments)]
        file = _FILE.match(arguments)
        path = _text(file[2]) if file else ""
        if call == "pwrite64":
            yield Event("write", path, texts[0], int(arguments.rpartition(", ")[2]))
        elif call == "write" and file and file[1] == "1":
            yield Event("said", "", texts[0])
        elif call in ("fsync", "fdatasync"):
            yield Event("sync", path)
        elif call == "ftruncate":
            yield Event("truncate", path, offset=int(arguments.rpartition(", ")[2]))
        elif call in ("unlink", "unlinkat"):
            yield Event("remove", texts[0].decode())
        elif call in ("rename", "renameat2"):
            yield Event("rename", texts[0].decode(), target=texts[1].decode())


def _text(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("\\x", "")).decode() if "\\x" in escaped else escaped


@dataclass
class _File:
    synced: bytearray = field(default_factory=bytearray)
    waiting: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.waiting:
            _apply(self.synced, event)
        self.waiting.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """The content that a power cut leaves."""
        content = bytearray(self.synced)
        for event in self.waiting:
            if event.call == "truncate":
                if chance.random() < 0.5:
                    _apply(content, event)
                continue
            for start in range(0, len(event.data), SECTOR):
                if chance.random() < 0.5:
                    part = event.data[start : start + SECTOR]
                    _apply(content, Event("write", event.path, part, event.offset + start))
        return bytes(content)


def _apply(content: bytearray, event: Event) -> None:
    if event.call == "truncate":
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    content[event.offset : event.offset + len(event.data)] = event.data


class Disk:
    """Replays events, and shows what a power cut would leave."""

    def __init__(self, before: dict[str, bytes]) -> None:
        self._files = {path: _File(bytearray(content)) for path, content in before.items()}
        self._removed: dict[str, _File] = {}
        self.said: list[str] = []
        """What had been acknowledged so far."""

    def play(self, event: Event) -> None:
        """Do what a call did."""
        if event.call == "said":
            self.said += event.data.decode().split()
        elif event.call == "remove":
            if event.path in self._files:
                self._removed[event.path] = self._files.pop(event.path)
        elif event.call == "rename":
            self._files[event.target] = self._files.pop(event.path)
        elif event.call == "sync":
            self._sync(event.path)
        else:
            self._files.setdefault(event.path, _File()).waiting.append(event)

    def _sync(self, path: str) -> None:
        if path in self._files:
            self._files[path].sync()
        # A folder: its names are as they were left.
        self._removed = {
            at: file for at, file in self._removed.items() if Path(at).parent != Path(path)
        }

    def cut(self, seed: int, root: Path, folder: Path) -> None:
        """Write what a power cut would leave into a folder."""
        chance = random.Random(seed)
        files = {path: file for path, file in self._removed.items() if chance.random() < 0.5}
        for path, file in {**files, **self._files}.items():
            place = folder / Path(path).relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.after_cut(chance))


def without_syncs_of_the_log(events: Sequence[Event]) -> list[Event]:
    """The same calls as ``synchronous = NORMAL`` makes them: the log is synced for checkpoints."""
    kept = []
    for event, following in zip(events, [*events[1:], None], strict=True):
        is_log = event.call == "sync" and event.path.endswith("-wal")
        checkpoint = following is not None and following.path.endswith(".feather")
        if not is_log or checkpoint:
            kept.append(event)
    return kept


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes: a write across the limit stops in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
