"""Commands that ask first, in the whole app: decisions, files, lessons, a summary."""

from pathlib import Path

import pytest
from driving import Running, make_repository, running
from textual.events import Paste

from featherchat.errors import ProviderUnreachable
from featherchat.memory import AdrStatus, Kind
from featherchat.providers.scripted import ScriptedReply
from featherchat.recollection import Filter
from featherchat_tui.asking import ChooseOne, ConfirmText
from featherchat_tui.form import Form

pytestmark = pytest.mark.anyio


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = make_repository(tmp_path)
    for file in (root / "README.md", *(root / "docs" / "adr").iterdir()):
        file.unlink()
    return root


async def ready(run: Running) -> None:
    await run.until(lambda: run.app.chat._ready.is_set())
    await run.idle()


async def opened(run: Running, command: str, screen: type) -> None:
    """Type a command, and wait for the screen that it opens."""
    await run.type(command)
    await run.until(lambda: isinstance(run.app.screen, screen))
    await run.settled()


async def paste(run: Running, text: str) -> None:
    """Put a text into the field that has the focus, as a terminal pastes it."""
    run.app.post_message(Paste(text))
    await run.settled()


async def known(run: Running, kind: str) -> list[str]:
    found = await run.app.chat._require().memories.find(Filter(kinds=(kind,)))
    return [memory.title for memory in found]


async def test_a_decision_is_recorded_from_a_form_and_written_after_its_diff(
    repository: Path,
) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/adr new Use PostgreSQL", Form)
        await run.pilot.press("tab", "tab", "tab")
        await paste(run, "MongoDB: no joins")
        await run.pilot.press("ctrl+s")
        await run.until(run.sees("Recorded as proposed"))

        await opened(run, "/adr write", ConfirmText)
        assert "Use PostgreSQL" in run.page()
        await run.pilot.press("y")
        await run.until(run.sees("Wrote 1 file"))

        (record,) = (repository / "docs").rglob("*.md")
        assert "MongoDB" in record.read_text()
        assert await known(run, Kind.ALTERNATIVE) == ["Use PostgreSQL: rejected MongoDB"]


async def test_a_form_that_was_left_opens_as_it_was(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/adr new", Form)
        await paste(run, "Use Rust")
        await run.pilot.press("escape")
        await run.until(run.sees("What you typed is kept"))

        await opened(run, "/adr new", Form)
        form = run.app.screen

        assert isinstance(form, Form)
        assert form.texts[0] == "Use Rust"
        assert await known(run, Kind.DECISION) == []


async def test_what_cannot_be_recorded_leads_back_to_the_form(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/tried pgbouncer", Form)
        await run.pilot.press("ctrl+s")
        await run.until(run.sees("not said why it failed"))
        await run.until(lambda: isinstance(run.app.screen, Form))

        await run.pilot.press("tab")
        await paste(run, "it lost statements")
        await run.pilot.press("ctrl+s")
        await run.until(run.sees("Recorded:"))

        assert await known(run, Kind.DEAD_END) == ["pgbouncer"]


async def test_a_decision_that_repeats_one_asks_before_it_is_recorded(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/adr new Use PostgreSQL for the ledger", Form)
        await run.pilot.press("shift+tab", "shift+tab", "right", "ctrl+s")
        await run.until(run.sees("Recorded as accepted"))

        await opened(run, "/adr new Use MongoDB instead of PostgreSQL for the ledger", Form)
        await run.pilot.press("ctrl+s")
        await run.until(lambda: isinstance(run.app.screen, ChooseOne))
        await run.pilot.press("down", "down", "enter")
        await run.until(
            run.sees("MongoDB instead of PostgreSQL for the ledger · decision, accepted")
        )

        found = await run.app.chat._require().memories.find(
            Filter(kinds=(Kind.DECISION,), statuses=())
        )
        status = {memory.title: memory.adr_status for memory in found}
        assert status == {
            "Use PostgreSQL for the ledger": AdrStatus.SUPERSEDED,
            "Use MongoDB instead of PostgreSQL for the ledger": AdrStatus.ACCEPTED,
        }


async def test_past_bugs_are_shown_while_one_is_described(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await run.type("/bug The pool ran dry at night --cause exports --fix close connections")
        await run.until(run.sees("Recorded:"))

        await opened(run, "/bug the pool ran dry", Form)
        await run.until(run.sees("It happened before:"))
        await run.until(run.sees("fix: close connections"))


async def test_a_preference_is_stated_with_its_scope(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/prefer", Form)
        await run.pilot.press(*"Tabs", "tab", "right", "ctrl+s")
        await run.until(run.sees("Preferred, in this project"))

        assert await known(run, Kind.PREFERENCE) == ["Tabs"]


async def test_the_card_is_written_after_its_diff_was_agreed_to(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await opened(run, "/adr new Use PostgreSQL", Form)
        await run.pilot.press("shift+tab", "shift+tab", "right", "ctrl+s")
        await run.until(run.sees("Recorded as accepted"))

        await opened(run, "/card --write AGENTS.md", ConfirmText)
        await run.pilot.press("n")
        await run.until(run.sees("Nothing was written"))
        assert not (repository / "AGENTS.md").exists()

        await opened(run, "/card --write AGENTS.md", ConfirmText)
        await run.pilot.press("y")
        await run.until(run.sees("Wrote AGENTS.md"))

    assert "Use PostgreSQL" in (repository / "AGENTS.md").read_text()


async def test_a_conversation_goes_on_with_a_summary_that_was_shown(repository: Path) -> None:
    async with running(repository) as run:
        await ready(run)
        await run.type("We decided to use PostgreSQL because orders need transactions.")
        await run.until(lambda: run.app.chat.conversation.last_answer() != "")
        await run.idle()

        await opened(run, "/compact", ConfirmText)
        assert "SETTLED DECISIONS" in run.page()
        await run.pilot.press("y")
        await run.until(run.sees("1 turn went into a summary"))

        session = run.app.chat._session
        assert session is not None
        (turn,) = session.turns
        assert "SETTLED DECISIONS" in turn.context
        assert "PostgreSQL" in turn.context


async def test_what_could_not_be_learnt_before_a_summary_is_said(repository: Path) -> None:
    unreachable = ScriptedReply(error=ProviderUnreachable("No answer.", hint="Check it."))
    answer = "Because each order is one transaction, and MongoDB kept no audit trail of them."
    script = [answer, unreachable, unreachable, "Half of it is done."]
    async with running(repository, script) as run:
        await ready(run)
        await run.type("Why is the ledger of the shop kept in PostgreSQL and nowhere else at all?")
        await run.until(lambda: run.app.chat.conversation.last_answer() != "")
        await run.idle()

        await opened(run, "/compact", ConfirmText)

        assert "Some turns wait to be learnt from: No answer." in run.page()
        assert "Half of it is done." in run.page()
