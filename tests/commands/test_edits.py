"""An edit by the model, from its call to the file: held against the decisions, asked about."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from featherchat.chat.session import Session
from featherchat.commands.decisions import NewDecision, new_decision
from featherchat.commands.edits import Answer, EditReview, HeldEdit, revert
from featherchat.decisions import parse
from featherchat.messages import ToolCall, ToolFinished, ToolResult
from featherchat.project import Project
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply
from tests.workshop import Workshop, learn

pytestmark = pytest.mark.anyio

HTTPX = """# 7. HTTP client

Governs: `src/web`

## Status

Accepted

## Context

Two clients are one too many.

## Decision

We use httpx, not requests. It speaks HTTP/2.
"""


@dataclass
class Person:
    """Someone who is asked, with the answers known beforehand."""

    answers: list[Answer]
    asked: list[HeldEdit] = field(default_factory=list)

    async def __call__(self, held: HeldEdit) -> Answer:
        self.asked.append(held)
        return self.answers[len(self.asked) - 1]


def editing(*edits: tuple[str, str, str]) -> list[ScriptedReply | str]:
    """A model that wants some edits, one after the other, and then says so."""
    calls = [
        ToolCall(f"c{number}", "edit_file", {"path": path, "old": old, "new": new})
        for number, (path, old, new) in enumerate(edits)
    ]
    return [*(ScriptedReply(tool_calls=(call,)) for call in calls), "Done."]


async def results_of(session: Session, review: EditReview | None) -> list[ToolResult]:
    async with aclosing(session.send("Edit it.", review=review)) as events:
        return [event.result async for event in events if isinstance(event, ToolFinished)]


@asynccontextmanager
async def talking(
    workshop: Workshop,
    script: Sequence[ScriptedReply | str],
    options: Mapping[str, object] | None = None,
) -> AsyncIterator[tuple[Project, Session, ScriptedProvider]]:
    workshop.write("docs/adr/0007-http-client.md", HTTPX)
    workshop.write("src/web/client.py", "import os\n")
    workshop.git("add", "-A")
    workshop.git("commit", "-q", "--allow-empty", "-m", "Begin")
    provider = ScriptedProvider(script)
    async with workshop.open(provider, options=options) as project:
        yield project, await project.new_session(), provider


async def test_what_is_agreed_to_is_written_and_the_model_learns_what_governs_it(
    workshop: Workshop,
) -> None:
    script = editing(("src/web/client.py", "import os\n", "import httpx\nimport os\n"))
    person = Person([Answer(agreed=True)])
    async with talking(workshop, script) as (project, session, provider):
        (result,) = await results_of(session, EditReview(project, person))

    (held,) = person.asked
    assert held.title == "Edit src/web/client.py? (+1 −0)"
    assert held.decisions == (
        "● ADR-7 HTTP client · docs/adr/0007-http-client.md “We use httpx, not requests.”",
    )
    assert held.contradictions == ()
    assert (workshop.root / "src/web/client.py").read_text() == "import httpx\nimport os\n"
    assert (result.is_error, result.summary) == (False, "+1 −0")
    assert f"> {held.decisions[0]}" in result.text
    assert "edit_file" in [tool.name for tool in provider.requests[0].tools]
    assert "propose edits" in provider.requests[0].system


async def test_a_contradiction_is_shown_with_record_sentence_file_and_line(
    workshop: Workshop,
) -> None:
    script = editing(("src/web/client.py", "import os\n", "import os\nimport requests\n"))
    person = Person([Answer(agreed=False, why="ADR-7 says httpx.")])
    async with talking(workshop, script) as (project, session, _):
        (result,) = await results_of(session, EditReview(project, person))

    assert person.asked[0].contradictions == (
        "src/web/client.py:2: import requests",
        "  contradicts ● ADR-7 HTTP client · docs/adr/0007-http-client.md:15",
        "  “We use httpx, not requests.”",
    )
    assert (workshop.root / "src/web/client.py").read_text() == "import os\n"
    assert result.is_error
    assert "The user said no: ADR-7 says httpx." in result.text
    assert "src/web/client.py:2: import requests" in result.text


async def test_yes_to_all_of_a_turn_asks_again_only_for_a_contradiction(
    workshop: Workshop,
) -> None:
    script = editing(
        ("src/web/a.py", "", "A = 1\n"),
        ("src/web/b.py", "", "B = 1\n"),
        ("src/web/c.py", "", "import requests\n"),
        ("src/web/d.py", "", "D = 1\n"),
    )
    person = Person([Answer(agreed=True, rest=True), Answer(agreed=False)])
    async with talking(workshop, script) as (project, session, _):
        results = await results_of(session, EditReview(project, person))

    assert [held.change.name for held in person.asked] == ["src/web/a.py", "src/web/c.py"]
    assert [result.is_error for result in results] == [False, False, True, False]
    assert sorted(file.name for file in (workshop.root / "src/web").iterdir()) == [
        "a.py",
        "b.py",
        "client.py",
        "d.py",
    ]


async def test_a_decision_that_only_memory_has_and_a_record_not_committed_count(
    workshop: Workshop,
) -> None:
    script = editing(("src/jobs/a.py", "", "import flask\n"))
    person = Person([Answer(agreed=False)])
    async with talking(workshop, script) as (project, session, _):
        await new_decision(
            project, NewDecision(parse(HTTPX.replace("src/web", "src/jobs"), "7.md"))
        )
        everywhere = HTTPX.replace("Governs: `src/web`\n", "")
        workshop.write("docs/adr/0008-web.md", everywhere.replace("requests", "flask"))
        await results_of(session, EditReview(project, person))

    (held,) = person.asked
    (governing,) = held.decisions
    assert "HTTP client · m:" in governing
    assert held.contradictions[0] == "src/jobs/a.py:1: import flask"


async def test_a_decision_that_an_earlier_change_carried_out_is_named_while_it_is_in_force(
    workshop: Workshop,
) -> None:
    edit = ("src/jobs/a.py", "JOBS = 2\n", "JOBS = 3\n")
    person = Person([Answer(agreed=False), Answer(agreed=False)])
    async with talking(workshop, editing(edit, edit)) as (project, session, _):
        await learn(project)
        for number, subject in enumerate(["Begin the jobs", "Ask with httpx, see ADR-7"], 1):
            workshop.write("src/jobs/a.py", f"JOBS = {number}\n")
            workshop.git("add", "-A")
            workshop.git("commit", "-q", "-m", subject)
        assert project.recorder is not None
        await project.recorder.record()
        await results_of(session, EditReview(project, person))

    for held in person.asked:
        (line,) = held.decisions
        assert line.startswith("● ADR-7 HTTP client · m:")
        assert line.endswith(f"carried out here by {workshop.git('rev-parse', 'HEAD')[:7]}")


async def test_an_edit_of_a_record_is_read_as_it_would_leave_it(workshop: Workshop) -> None:
    script = editing(
        ("docs/adr/0007-http-client.md", "Accepted", "Superseded"),
        ("src/web/client.py", "import os\n", "import requests\n"),
    )
    person = Person([Answer(agreed=True), Answer(agreed=True)])
    async with talking(workshop, script) as (project, session, _):
        await results_of(session, EditReview(project, person))

    assert [held.contradictions for held in person.asked] == [(), ()]
    assert [held.decisions for held in person.asked] == [(), ()]


async def test_a_folder_without_git_is_guarded_too(workshop: Workshop) -> None:
    script = editing(("src/web/client.py", "import os\n", "import requests\n"))
    person = Person([Answer(agreed=True)])
    workshop.write("docs/adr/0007-http-client.md", HTTPX)
    workshop.write("src/web/client.py", "import os\n")
    shutil.rmtree(workshop.root / ".git")
    async with workshop.open(ScriptedProvider(script)) as project:
        await results_of(await project.new_session(), EditReview(project, person))

    assert person.asked[0].contradictions[0] == "src/web/client.py:1: import requests"


async def test_without_anybody_to_ask_or_against_the_settings_nothing_is_edited(
    workshop: Workshop,
) -> None:
    script = editing(("src/web/client.py", "import os\n", "import httpx\n"))
    person = Person([Answer(agreed=True)])
    async with talking(workshop, script) as (project, session, provider):
        (alone,) = await results_of(session, None)
    async with talking(workshop, script, {"chat.edits": "off"}) as (project, session, other):
        (off,) = await results_of(session, EditReview(project, person))

    assert alone.is_error
    assert "nobody to ask" in alone.text
    assert off.is_error
    assert person.asked == []
    assert (workshop.root / "src/web/client.py").read_text() == "import os\n"
    for asked in (provider, other):
        assert "edit_file" not in [tool.name for tool in asked.requests[0].tools]
        assert "propose edits" not in asked.requests[0].system


async def test_an_edit_can_be_taken_back_when_another_model_answers(workshop: Workshop) -> None:
    script = editing(("src/web/client.py", "import os\n", "import httpx\n"))
    async with talking(workshop, script) as (project, session, _):
        await results_of(session, EditReview(project, Person([Answer(agreed=True)])))
        await project.continue_session(session)

        change = await revert(project)

    assert change.name == "src/web/client.py"
    assert (workshop.root / "src/web/client.py").read_text() == "import os\n"
