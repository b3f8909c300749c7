"""What a prompt means by a name behind an @."""

import asyncio
import subprocess
from pathlib import Path

from featherchat.clock import FixedClock
from featherchat.commands.memories import cause
from featherchat.commands.mentioning import mentionables
from featherchat.embedders.hashing import HashEmbedder
from featherchat.memory import Anchor, Memory, Source
from featherchat.project import Opening, Project, Surroundings
from featherchat.providers.scripted import ScriptedProvider
from featherchat.store.places import Places

RECORD = "# 7. Use PostgreSQL\n\n## Status\n\nAccepted\n\n## Decision\n\nWe use PostgreSQL.\n"


POOL = """class Pool:
    def acquire(self):
        return self.free.pop()

    def release(self, connection):
        self.free.append(connection)
"""


def a_change(project: Project) -> Memory:
    return Memory(
        id=project.clock.new_id(),
        text="Lower the pool",
        title="Lower the pool",
        kind="code_change",
        source=Source("commit", 0.0, sha="a1b2c3d"),
        created_at=0.0,
        importance=1.0,
        anchors=(Anchor("pool.py", symbol="Pool.acquire"),),
    )


async def asked(tmp_path: Path, prompt: str) -> tuple[list[tuple[str, str, str]], str]:
    """What can be mentioned, as name, title and sort, and what a model is sent for a prompt."""
    root = tmp_path / "ledger"
    (root / "docs" / "adr").mkdir(parents=True)
    (root / "docs" / "adr" / "0007-use-postgresql.md").write_text(RECORD)
    (root / "pool.py").write_text(POOL)
    git = ["git", "-C", str(root), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "init", "-q", root], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Choose a database"], check=True)
    places = Places(tmp_path / "d", tmp_path / "c", tmp_path / "f", tmp_path / "l")
    provider = ScriptedProvider(["Yes."])
    around = Surroundings(places, {}, FixedClock(), provider, HashEmbedder())
    project = await Project.open(Opening(root, trust=True), around)
    try:
        await project.learn(await project.plan_learning())
        await project.memories.remember([a_change(project)], cause(project, "a change"))
        found = [(each.name, each.title, each.sort) for each in await mentionables(project)]
        commit = next(name for name, _, sort in found if sort == "commit")
        session = await project.new_session()
        async for _ in session.send(prompt.replace("COMMIT", commit)):
            pass
        return found, provider.requests[-1].messages[-1].text
    finally:
        await project.close()


def test_a_decision_and_a_commit_can_be_mentioned_and_are_sent_whole(tmp_path: Path) -> None:
    prompt = "Explain @ADR-7, please, and @COMMIT by @ada."

    found, sent = asyncio.run(asked(tmp_path, prompt))

    assert ("ADR-7", "ADR-7 Use PostgreSQL", "decision") in found
    assert [title for _, title, sort in found if sort == "commit"] == ["Choose a database"]
    assert '<memory path="ADR-7"' in sent
    assert "We use PostgreSQL." in sent
    assert "docs/adr/0007-use-postgresql.md | 9 +" in sent
    assert '"ada' not in sent


def test_what_nothing_is_called_stays_a_word(tmp_path: Path) -> None:
    _, sent = asyncio.run(asked(tmp_path, "Ask @ADR-8, @deadbeef, @m:zzzz and @decorator."))

    assert "path=" not in sent.partition("Ask @ADR-8")[0].replace('path="docs', "")


def test_a_symbol_that_a_change_touched_can_be_mentioned_and_its_lines_are_sent(
    tmp_path: Path,
) -> None:
    found, sent = asyncio.run(asked(tmp_path, "Explain @pool.py::Pool.acquire."))

    assert ("pool.py::Pool.acquire", "Pool.acquire · Lower the pool", "symbol") in found
    assert '<symbol path="pool.py::Pool.acquire"' in sent
    assert "    3         return self.free.pop()" in sent
    assert "self.free.append" not in sent


def test_a_symbol_that_is_not_there_stays_a_word(tmp_path: Path) -> None:
    _, sent = asyncio.run(asked(tmp_path, "Ask @pool.py::Pool.close, @gone.py::A, @../x::A."))

    assert "<symbol" not in sent
