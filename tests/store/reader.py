"""A process that reads everything in a store through its public doors, after something was done
to its files; a native crash would end it, and its parent would see that.

    python -m tests.store.reader SOUND CASES SEED

Each case copies the folder SOUND, harms one file, reads, and prints one line: what was
harmed, and whether the answers were the same, a named error, or wrong.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from featherchat.clock import FixedClock
from featherchat.embedders.base import Purpose
from featherchat.embedders.hashing import HashEmbedder
from featherchat.errors import FeatherchatError
from featherchat.recollection import Filter
from featherchat.store.places import Places, ProjectKeys, Registry
from featherchat.store.sqlite import SqliteStore
from tests.harming import discard

ALL = Filter(namespace=None, statuses=())
QUESTIONS = ("PostgreSQL", "decision number 7", "long")


def answers(folder: Path) -> dict[str, Any]:
    """What the store in a folder says, by question; an error stands for its answer."""
    found: dict[str, Any] = {}
    clock = FixedClock()

    def ask(name: str, question: Callable[[], Any]) -> None:
        try:
            found[name] = question()
        except FeatherchatError as error:
            assert error.hint
            found[name] = type(error)

    def ask_the_store() -> None:
        store = SqliteStore.open(folder / "memory.feather", folder / "cache", clock)
        try:
            ask_everything(store)
        finally:
            store.close()

    def ask_everything(store: SqliteStore) -> None:
        ids = (folder / "ids").read_text().split()
        vector = HashEmbedder().embed(["PostgreSQL"], Purpose.QUERY)[0]
        ask("find", lambda: store.find(ALL))
        ask("get", lambda: store.get(ids))
        ask("edges", lambda: store.edges_of(ids))
        ask("history", lambda: [store.histories.of(memory_id) for memory_id in ids])
        ask("counts", lambda: store.counts("assistant"))
        ask("documents", store.documents)
        ask("turns", lambda: store.transcripts.turns("s"))
        ask("sessions", store.transcripts.sessions)
        ask("pending", lambda: store.vectors.pending(50))
        for text in QUESTIONS:
            # Which ones, not in which order: an index that was built anew breaks ties its own way.
            ask(text, lambda text=text: set(store.match_words(text, 100, ALL).scores))
        ask("meaning", lambda: set(store.match_vector(vector, 100, ALL)))

    ask("store", ask_the_store)
    places = Places(folder / "data", folder / "cache", folder / "config", folder / "log")
    ask("registry", lambda: Registry(places, clock).lookup(ProjectKeys(folder / "webapp")).project)
    return found


def judge(before: dict[str, Any], after: dict[str, Any]) -> str:
    """same, error, or wrong and where."""
    if isinstance(after["store"], type):
        return "error"
    verdict = "same"
    for name, answer in before.items():
        if isinstance(after[name], type):
            verdict = "error"
        elif after[name] != answer:
            return f"wrong {name}"
    return verdict


def harm(file: Path, chance: random.Random) -> str:
    """Do one of four things to a file; what it was."""
    content = bytearray(file.read_bytes())
    kinds = ["flip", "flip", "zero", "garbage", "cut"]
    # A log that ends early is what an earlier moment left: nothing in it is wrong.
    kind = chance.choice(kinds[:-1] if file.name.endswith("-wal") else kinds)
    at = chance.randrange(len(content)) if content else 0
    if kind == "flip" and content:
        content[at] ^= 1 << chance.randrange(8)
    elif kind == "zero":
        start = at - at % 512
        content[start : start + 512] = bytes(len(content[start : start + 512]))
    elif kind == "cut":
        del content[at:]
    elif kind == "garbage":
        content[at : at + 64] = chance.randbytes(len(content[at : at + 64]))
    file.write_bytes(content)
    return f"{kind} at {at}"


def main() -> None:
    sound, cases, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    names = [str(file.relative_to(sound)) for file in sorted(sound.rglob("*")) if file.is_file()]
    stores = [name for name in names if name.startswith("memory.feather")]
    others = [name for name in names if name not in ("ids", *stores)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        before = answers(Path(shutil.copytree(sound, Path(place) / "before")))
        assert not any(isinstance(answer, type) for answer in before.values())
        for number in range(cases):
            folder = Path(shutil.copytree(sound, Path(place) / str(number)))
            kind = stores if number % 2 else others
            name = kind[number // 2 % len(kind)]
            print(name, harm(folder / name, chance), end=" ", flush=True)
            print(judge(before, answers(folder)), flush=True)
            discard(folder)


if __name__ == "__main__":
    main()
