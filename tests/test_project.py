"""A project as a whole: found again, wired, closed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.commands import memories as verbs
from featherchat.errors import KeyRejected, NotTrusted, StoreReadOnly, UsageError
from featherchat.messages import TurnStatus
from featherchat.project import NEW_PROJECT, Opening, Project, Surroundings
from featherchat.providers.scripted import ScriptedProvider
from featherchat.store.backups import backups_of
from tests.workshop import ALL, Workshop

pytestmark = pytest.mark.anyio


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def surroundings(workshop: Workshop, **given: object) -> Surroundings:
    return Surroundings(workshop.places, workshop.environment, workshop.clock, **given)  # type: ignore[arg-type]


async def test_a_project_is_not_opened_before_somebody_trusts_it(workshop: Workshop) -> None:
    workshop.write(".featherchat.toml", "[recall\n")

    with pytest.raises(NotTrusted):
        await Project.open(Opening(workshop.root), surroundings(workshop))

    assert not (workshop.root / ".git" / "featherchat").exists()


async def test_what_was_remembered_is_there_tomorrow(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, "Ships the feathers on Monday.")

    async with workshop.open() as project:
        found = await project.memories.find(ALL)

    assert [memory.text for memory in found] == ["Ships the feathers on Monday."]


async def test_a_renamed_folder_keeps_its_memory_and_says_so(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, "Ships the feathers on Monday.")
    workshop.root = workshop.root.rename(workshop.root.with_name("renamed"))

    async with workshop.open() as project:
        found = await project.memories.find(ALL)

        assert len(found) == 1
        assert "its memory came along" in " ".join(project.notices)


async def test_a_folder_below_is_the_same_project(workshop: Workshop) -> None:
    workshop.write("src/deep/pool.py", "")
    async with workshop.open() as project:
        root = project.root
    below = Opening(workshop.root / "src" / "deep", options={"embedder.name": "none"})

    project = await Project.open(below, surroundings(workshop))

    assert project.root == root
    await project.close()


async def test_an_ambiguous_folder_asks_and_takes_the_answer(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.write("README.md", "# Shop\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    async with workshop.open() as project:
        await verbs.remember(project, "Ships the feathers on Monday.")
        known = project.known.id
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "--quiet", str(workshop.root), str(copy)], check=True)
    subprocess.run(["git", "-C", str(copy), "remote", "remove", "origin"], check=True)
    options = {"embedder.name": "none"}

    with pytest.raises(UsageError, match=known) as caught:
        await Project.open(Opening(copy, trust=True, options=options), surroundings(workshop))
    new = await Project.open(
        Opening(copy, trust=True, options=options, choose=NEW_PROJECT), surroundings(workshop)
    )

    assert "--project" in caught.value.hint
    assert new.known.id != known
    await new.close()


async def test_a_store_can_lie_elsewhere(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "mine.feather"

    async with workshop.open(options={"store.path": str(path)}) as project:
        await verbs.remember(project, "Ships the feathers on Monday.")

    assert path.is_file()
    assert [file.name for file in path.parent.glob("mine*")] == ["mine.feather"]


async def test_a_store_that_cannot_be_made_is_named(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreReadOnly, match="file"):
        async with workshop.open(options={"store.path": str(tmp_path / "file" / "x.feather")}):
            pass


async def test_a_turn_that_a_crash_left_is_cut_at_the_next_start(workshop: Workshop) -> None:
    async with workshop.open(ScriptedProvider(["Because."])) as project:
        path = project.memories.path
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from featherchat.clock import SystemClock\n"
        "from featherchat.store.sqlite import SqliteStore\n"
        "from featherchat.store.transcripts import ChatSession, Turn\n"
        "store = SqliteStore.open(Path(sys.argv[1]), None, SystemClock())\n"
        "store.transcripts.put_session(ChatSession('S', 'Why?', 5.0, 5.0))\n"
        "store.transcripts.put_turn(Turn('T', 'S', 'Why?', 5.0, answer='Half of'))\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)

    async with workshop.open(ScriptedProvider([])) as project:
        session = await project.resume_session()

    assert session is not None
    assert [(turn.answer, turn.status) for turn in session.turns] == [("Half of", TurnStatus.CUT)]


async def test_a_given_provider_is_closed_with_the_project(workshop: Workshop) -> None:
    provider = ScriptedProvider([])
    async with workshop.open(provider) as project:
        assert project.provider is provider

    assert provider.closed


async def test_without_key_and_address_memory_answers_alone(workshop: Workshop) -> None:
    async with workshop.open() as project:
        assert project.provider is None
        assert project.model == ""


async def test_a_key_in_the_environment_means_claude(workshop: Workshop) -> None:
    workshop.environment = {"ANTHROPIC_API_KEY": "sk-test"}
    async with workshop.open() as project:
        assert project.provider is not None
        assert project.provider.name == "anthropic"
        assert project.model.startswith("claude-sonnet")
        assert project.background_model.startswith("claude-haiku")


async def test_an_address_means_a_server_of_ones_own(workshop: Workshop) -> None:
    workshop.environment = {"ANTHROPIC_API_KEY": "sk-test"}
    workshop.configure('[model]\nbase_url = "http://127.0.0.1:9/v1"\nname = "qwen"\n')
    async with workshop.open() as project:
        assert project.provider is not None
        assert (project.provider.name, project.provider.address) == ("openai", "127.0.0.1:9")
        assert (project.model, project.background_model) == ("qwen", "qwen")


async def test_a_named_provider_without_its_key_is_refused_when_it_is_needed(
    workshop: Workshop,
) -> None:
    workshop.configure('[model]\nprovider = "anthropic"\n')
    async with workshop.open() as project:
        await verbs.remember(project, "Ships the feathers on Monday.")

        with pytest.raises(KeyRejected):
            await project.new_session()


async def test_the_card_has_the_readme_decisions_and_pins(workshop: Workshop) -> None:
    workshop.write("README.md", "# Shop\n\nSells feathers to writers.\n")
    provider = ScriptedProvider(["Yes."])
    async with workshop.open(provider) as project:
        await project.learn(await project.plan_learning())
        await verbs.remember(project, "We use PostgreSQL.", kind="decision")
        await verbs.remember(project, "Never ship on Friday.", kind="convention", importance=10)
        await verbs.remember(project, "Nobody pinned this one.")
        session = await project.new_session()
        async for _ in session.send("Hello there?"):
            pass

    system = provider.requests[0].system
    assert "): Sells feathers to writers." in system
    assert "We use PostgreSQL." in system
    assert "): Never ship on Friday." in system
    assert "Nobody pinned" not in system


async def test_a_used_project_gets_one_backup_a_day(workshop: Workshop) -> None:
    for text in ("First.", "Second.", "Third."):
        async with workshop.open() as project:
            await verbs.remember(project, text)
    (backup,) = backups_of(project.memories.path)

    workshop.clock = FixedClock(workshop.clock.now() + SECONDS_PER_DAY)
    async with workshop.open() as project:
        pass

    assert len(backups_of(project.memories.path)) == 2
    assert backup in backups_of(project.memories.path)


async def test_a_backup_that_cannot_be_made_is_said_and_stops_nothing(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await verbs.remember(project, "Ships the feathers on Monday.")
    folder = project.memories.path.parent / "backups"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    said: list[str] = []

    project = await Project.open(
        Opening(workshop.root, trust=True), surroundings(workshop, tell=said.append)
    )
    found = await project.memories.find(ALL)
    await project.close()

    assert len(found) == 1
    assert "No backup was made." in said[0]
    assert str(folder) in said[0]
