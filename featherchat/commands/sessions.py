"""Conversations: listed, searched, read again, renamed, forked, exported, deleted by hand."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from featherchat.commands.markdown import escaped
from featherchat.commands.wording import counted, moment_words, shown
from featherchat.errors import NothingFound, UsageError

if TYPE_CHECKING:
    # What a conversation is made of is loaded when one is looked at.
    from featherchat.project import Project
    from featherchat.store.sessions import SessionLine, StoredSessions
    from featherchat.store.transcripts import ChatSession, Turn

T = TypeVar("T")


async def list_sessions(project: "Project", words: str = "") -> "list[SessionLine]":
    """The conversations of this developer, the newest first; with words those that have them."""
    return await _stored(project, lambda stored: stored.search(words))


async def the_session(project: "Project", reference: str = "") -> "ChatSession":
    """The conversation that a person means by an id or the end of it; the newest by none.

    Raises:
        NothingFound: If there is none.
        InvalidValue: If several are meant.
    """
    found = await project.memories.ask(
        lambda store: store.transcripts.session_of(reference, project.addresses)
    )
    if found is None:
        wanted = f"There is no conversation {reference}." if reference else "There is none yet."
        raise NothingFound(wanted, hint="List them with sessions.")
    return found


async def turns_of(project: "Project", session: "ChatSession") -> "Sequence[Turn]":
    """What was said in a conversation, oldest first."""
    return await project.memories.ask(lambda store: store.transcripts.turns(session.id))


async def rename(project: "Project", reference: str, title: str) -> "ChatSession":
    """Give a conversation another title.

    Raises:
        UsageError: If the title is empty.
    """
    safe = " ".join(project.memories.redacted(title).split())[:80]
    if not safe:
        raise UsageError("A conversation needs a title.", hint="Give some words.")
    session = await the_session(project, reference)
    return await _stored(project, lambda stored: stored.rename(session, safe))


async def fork(project: "Project", reference: str) -> "ChatSession":
    """Copy a conversation, to go on from there in another direction."""
    session = await the_session(project, reference)
    return await _stored(project, lambda stored: stored.fork(session, project.clock))


async def delete(project: "Project", reference: str) -> int:
    """Remove a conversation for good; how many turns it had. What was learnt from it stays."""
    session = await the_session(project, reference)
    return await _stored(project, lambda stored: stored.delete(session))


async def exported(project: "Project", reference: str, *, as_json: bool) -> str:
    """A conversation with what was recalled for it, as Markdown or as one JSON object.

    Secrets are redacted once more: what counts as one may have become more since.
    """
    session = await the_session(project, reference)
    turns = await turns_of(project, session)
    text = session_json(session, turns) if as_json else session_markdown(session, turns)
    return project.memories.redacted(text)


async def export_file(project: "Project", reference: str, *, as_json: bool) -> Path:
    """Write a conversation into a private file beside the store; where it lies."""
    from featherchat.store.registry_file import write_private

    session = await the_session(project, reference)
    text = await exported(project, session.id, as_json=as_json)
    folder = project.memories.path.parent / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{session.id[-8:].lower()}.{'json' if as_json else 'md'}"
    write_private(file, f"{text.rstrip()}\n".encode())
    return file


def session_markdown(
    session: "ChatSession", turns: "Sequence[Turn]", *, recalled: bool = True
) -> str:
    """A conversation as a page: each turn with its question, what was recalled, the answer."""
    head = f"{moment_words(session.created_at)} · {counted(len(turns), 'turn')}"
    branch = f" · branch {escaped(session.branch)}" if session.branch else ""
    parts = [f"# {escaped(session.title)}", f"{head}{branch}"]
    for turn in turns:
        parts += [f"## You · {moment_words(turn.created_at)}", shown(turn.prompt)]
        if turn.context and recalled:
            count = counted(len(turn.recalled), "memory", "memories")
            parts.append(f"<details><summary>Recalled {count}</summary>")
            parts += [shown(turn.context), "</details>"]
        ending = "" if turn.status == "complete" else f" · {turn.status}"
        parts += [f"## {escaped(turn.model or 'Memory')}{ending}", shown(turn.answer)]
    return "\n\n".join(part for part in parts if part)


def session_json(session: "ChatSession", turns: "Sequence[Turn]") -> str:
    """A conversation as one JSON object on one line."""
    record = {
        "id": session.id,
        "title": session.title,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "branch": session.branch,
        "turns": [
            {
                "id": turn.id,
                "created_at": turn.created_at,
                "finished_at": turn.finished_at,
                "status": str(turn.status),
                "model": turn.model,
                "prompt": turn.prompt,
                "answer": turn.answer,
                "context": turn.context,
                "recalled": list(turn.recalled),
            }
            for turn in turns
        ],
    }
    return json.dumps(record, ensure_ascii=False)


async def _stored(project: "Project", question: "Callable[[StoredSessions], T]") -> T:
    from featherchat.store.sessions import StoredSessions

    return await project.memories.ask(
        lambda store: question(StoredSessions(store.database, store.transcripts, project.addresses))
    )
