import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from hosting import hosted

from featherchat.store.owners import this_process
from featherchat_tui.draft_file import FOLDER, DraftFile
from featherchat_tui.prompt import DRAFT_PAUSE, Prompt
from featherchat_tui.prompt_box import PromptBox
from featherchat_tui.waiting import Queued, Waiting


def leave(folder: Path, text: str) -> None:
    """Let another process write a draft and die."""
    code = (
        "import sys, os; from pathlib import Path;"
        "from featherchat_tui.draft_file import DraftFile;"
        "DraftFile(lambda: Path(sys.argv[1])).save(sys.argv[2]); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), text], check=False)


def test_the_draft_of_a_process_that_died_is_given_back_once(tmp_path: Path) -> None:
    leave(tmp_path, "half a quest")

    taken = DraftFile(lambda: tmp_path).take()

    assert taken == ["half a quest"]
    assert DraftFile(lambda: tmp_path).take() == []


def test_the_draft_of_a_living_process_stays_its_own(tmp_path: Path) -> None:
    DraftFile(lambda: tmp_path).save("mine")

    assert DraftFile(lambda: tmp_path).take() == []


def test_a_draft_holds_no_secret_and_is_private_and_an_empty_one_leaves_no_file(
    tmp_path: Path,
) -> None:
    drafts = DraftFile(lambda: tmp_path)
    drafts.save("use ghp_" + "a1B2" * 9)
    file = tmp_path / FOLDER / f"{this_process()}.draft"
    said, mode = file.read_text(), file.stat().st_mode & 0o777

    drafts.save("")

    assert "a1B2a1B2" not in said
    assert mode == 0o600
    assert not file.exists()


@pytest.mark.anyio
async def test_what_is_typed_and_what_waits_is_kept_a_moment_later_and_at_the_end() -> None:
    kept: list[str] = []
    moments: list[float] = []

    def keep(draft: str) -> None:
        kept.append(draft)
        moments.append(monotonic())

    async with hosted(PromptBox(keep=keep)) as host:
        host.app.query_one(Waiting).add(Queued("first this"))
        typed = monotonic()
        host.app.query_one(Prompt).insert("then")
        await host.until(lambda: bool(kept))
        await host.press("x")

    assert moments[0] - typed > DRAFT_PAUSE * 0.9
    assert kept[0] == "first this\n\nthen"
    assert kept[-1] == "first this\n\nthenx"


@pytest.mark.anyio
async def test_up_takes_what_waits_back_into_an_empty_prompt() -> None:
    async with hosted(PromptBox()) as host:
        waiting = host.app.query_one(Waiting)
        for text in ("one", "two"):
            waiting.add(Queued(text))
        await host.press("up")
        taken, left = host.app.query_one(Prompt).text, waiting.texts
        await host.press("up")

        assert (taken, left) == ("two", ["one"])
        assert waiting.texts == ["one"]
