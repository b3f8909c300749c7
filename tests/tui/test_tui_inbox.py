"""The inbox in the whole app: what waits is decided key by key, and one key takes it back."""

from pathlib import Path

import pytest
from driving import Running, make_repository, running
from textual.widgets import OptionList

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.commands.memories import cause
from featherchat.memory import Author, Kind, Status
from featherchat.recollection import Filter
from featherchat_tui.asking import ChooseOne
from featherchat_tui.form import Form
from featherchat_tui.inbox import Inbox

pytestmark = pytest.mark.anyio

SAID = (
    "We deploy with Helm charts from the main branch.",
    "Every service logs structured events as JSON.",
    "Amounts are stored as integers of cents.",
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = make_repository(tmp_path)
    for file in (root / "README.md", *(root / "docs" / "adr").iterdir()):
        file.unlink()
    return root


async def look_through(run: Running) -> Inbox:
    """Let a model propose three conventions, and open the inbox on them."""
    await run.until(lambda: run.app.chat._ready.is_set())
    await run.idle()
    project = run.app.chat._require()
    proposed = [
        Candidate(Kind.CONVENTION, text, text, Author.ASSISTANT, importance=1.5) for text in SAID
    ]
    await project.gate.admit(proposed, Evidence(assistant="\n".join(SAID)), cause(project, "x"))
    await run.type("/inbox")
    await run.until(lambda: isinstance(run.app.screen, Inbox))
    await run.until(run.sees("3 memories wait"))
    screen = run.app.screen
    assert isinstance(screen, Inbox)
    return screen


async def texts(run: Running, status: Status) -> set[str]:
    found = await run.app.chat._require().memories.find(Filter(statuses=(status,)))
    return {memory.text for memory in found}


async def decide(run: Running, key: str, told: str) -> None:
    """Press the key of a decision, and wait until the screen says what it came to."""
    await run.pilot.press(key)
    await run.until(run.sees(told))


async def test_one_is_accepted_one_rejected_one_never_learnt(repository: Path) -> None:
    async with running(repository) as run:
        await look_through(run)
        await decide(run, "a", "2 memories wait")
        await decide(run, "r", "1 memory waits")
        await decide(run, "n", "Nothing waits for your word.")

        assert await texts(run, Status.ACTIVE) == {SAID[0]}
        assert await texts(run, Status.CANDIDATE) == set()


async def test_several_are_decided_at_once_and_one_key_takes_it_back(repository: Path) -> None:
    async with running(repository) as run:
        await look_through(run)
        await run.pilot.press("space", "space")
        await run.until(run.sees("2 chosen"))
        await decide(run, "a", "1 memory waits")
        assert await texts(run, Status.ACTIVE) == set(SAID[:2])

        await decide(run, "u", "3 memories wait")

        assert await texts(run, Status.ACTIVE) == set()


async def test_what_was_taken_back_is_told_with_one_full_stop(repository: Path) -> None:
    async with running(repository) as run:
        await look_through(run)
        await decide(run, "r", "2 memories wait")

        await decide(run, "u", "Took back: rejected")

        assert ".." not in run.page()


async def test_own_words_are_accepted_and_survive_escape(repository: Path) -> None:
    async with running(repository) as run:
        await look_through(run)
        await run.pilot.press("e")
        await run.until(lambda: isinstance(run.app.screen, Form))
        await run.pilot.press("end", "Y", "escape")
        await run.until(lambda: isinstance(run.app.screen, Inbox))

        await run.pilot.press("e")
        await run.until(lambda: isinstance(run.app.screen, Form))
        await run.pilot.press("ctrl+s")
        await run.until(run.sees("2 memories wait"))

        assert {text for text in await texts(run, Status.ACTIVE) if text.endswith("Y")}


async def test_one_is_merged_into_another_by_its_id(repository: Path) -> None:
    async with running(repository) as run:
        screen = await look_through(run)
        other = screen._items[1].memory
        await run.pilot.press("m")
        await run.until(lambda: isinstance(run.app.screen, ChooseOne))
        await run.pilot.press("end", "enter")
        await run.until(lambda: isinstance(run.app.screen, Form))
        await run.pilot.press(*other.id[-6:], "ctrl+s")
        await run.until(run.sees("1 memory waits"))

        assert await texts(run, Status.ACTIVE) == {SAID[1]}


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_small_screen_shows_the_whole_and_the_status_line_counts(
    repository: Path, size: tuple[int, int]
) -> None:
    async with running(repository, size=size) as run:
        screen = await look_through(run)
        await run.pilot.press("down")
        await run.until(run.sees(SAID[1]))
        assert screen.query_one(OptionList).highlighted == 1

        await run.pilot.press("escape")
        await run.until(run.sees("◐ 3 /inbox"))
