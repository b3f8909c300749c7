"""Conversations on a project: the verbs behind the list, the shell and the slash commands."""

import json

import pytest

from featherchat.commands import sessions
from featherchat.commands.slash import parse_line, run_line
from featherchat.errors import NothingFound, UsageError
from featherchat.project import Project
from tests.workshop import Workshop


async def talk(project: Project, *prompts: str) -> str:
    session = await project.new_session()
    for prompt in prompts:
        async for _ in session.send(prompt):
            pass
    return session.head.id


@pytest.mark.anyio
async def test_a_conversation_is_renamed_found_by_its_words_and_forked(workshop: Workshop) -> None:
    async with workshop.open() as project:
        session_id = await talk(project, "Why is the pool limited?", "And the queue?")

        await sessions.rename(project, session_id, "  The pool\n of connections ")
        copy = await sessions.fork(project, session_id)

        found = await sessions.list_sessions(project, "queue")
        assert {line.session.id for line in found} == {session_id, copy.id}
        assert {line.session.title for line in found} == {"The pool of connections"}
        resumed = await project.resume_session(copy.id)
        assert resumed is not None and len(resumed.turns) == 2


@pytest.mark.anyio
async def test_an_export_has_every_turn_as_markdown_and_as_json(workshop: Workshop) -> None:
    async with workshop.open() as project:
        session_id = await talk(project, "Why is the *pool* limited?", "And the queue?")

        page = await sessions.exported(project, session_id, as_json=False)
        record = json.loads(await sessions.exported(project, session_id, as_json=True))

        assert page.startswith("# Why is the \\*pool\\* limited?")
        assert page.count("## You") == 2
        assert [turn["prompt"] for turn in record["turns"]][1] == "And the queue?"
        assert record["id"] == session_id


@pytest.mark.anyio
async def test_an_export_from_the_page_is_a_private_file(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await talk(project, "Why is the pool limited?")

        said = await run_line(project, parse_line("/export json"))

        (file,) = (project.memories.path.parent / "exports").iterdir()
        assert str(file) in said
        assert file.stat().st_mode & 0o777 == 0o600
        assert json.loads(file.read_text())["turns"]


@pytest.mark.anyio
async def test_deleting_needs_a_conversation_and_leaves_the_others(workshop: Workshop) -> None:
    async with workshop.open() as project:
        first = await talk(project, "One?")
        await talk(project, "Two?")

        await sessions.delete(project, first)

        assert [line.session.title for line in await sessions.list_sessions(project)] == ["Two?"]
        with pytest.raises(NothingFound):
            await sessions.delete(project, first)


@pytest.mark.anyio
async def test_a_title_has_words_and_no_secret(workshop: Workshop) -> None:
    async with workshop.open() as project:
        session_id = await talk(project, "One?")
        secret = "sk-ant-api03-" + "a1B2" * 20

        renamed = await sessions.rename(project, session_id, f"Key {secret}")

        assert secret not in renamed.title
        with pytest.raises(UsageError):
            await sessions.rename(project, session_id, " \n ")


@pytest.mark.anyio
async def test_the_page_names_the_conversations_with_what_was_said(workshop: Workshop) -> None:
    async with workshop.open() as project:
        await talk(project, "Why is the pool limited?", "And what of the queue?")

        said = await run_line(project, parse_line("/sessions queue"))

        assert "**Why is the pool limited?** · 2 turns" in said
        assert "> And what of the queue?" in said
