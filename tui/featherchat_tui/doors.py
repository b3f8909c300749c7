"""What the full screens ask of the project, as functions on the verbs of the shell.

A project of the past is read in the same way; it refuses every change by itself.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from featherchat.commands import changes, decay, links, memories, sessions, settings
from featherchat.commands.moments import past_moment
from featherchat.commands.neighborhood import neighborhood
from featherchat.commands.signs import sign_of, title_words
from featherchat.commands.slash import Line, run_line
from featherchat.commands.wording import counted, from_home, kind_words
from featherchat.memory import Kind
from featherchat.recall.context import short_id
from featherchat.recollection import Filter
from featherchat.store.operations import Operation
from featherchat_tui import judging
from featherchat_tui.palette import Offer
from featherchat_tui.screens.changes import ChangeDoors
from featherchat_tui.screens.code_changes import CodeChangeDoors
from featherchat_tui.screens.decay import DecayDoors
from featherchat_tui.screens.decisions import DecisionDoors
from featherchat_tui.screens.sessions import SessionDoors
from featherchat_tui.screens.settings import SettingDoors
from featherchat_tui.showing import decision_cards

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project

RANKED = 200
"""Memories that a question in the decay pane puts in order."""

OFFERED = 8
"""Memories, and conversations, that the palette offers for what was typed."""

MOST_CODE_CHANGES = 5_000
"""Changes that the pane shows, the newest: half a second for all of them."""

Changed = Callable[[], Awaitable[None]]
"""Brings the rest of the page up to date."""

Verb = Callable[[str], Awaitable[str]]
"""Does something to a memory, by its id; what was done, in words."""


def decay_doors(project: "Project", changed: Changed) -> DecayDoors:
    """What the decay screen reads and does."""

    async def rank(question: str) -> Mapping[str, float]:
        recall = await project.retriever.recall(question, RANKED)
        return {each.memory.id: each.parts.relevance for each in recall.found}

    def then_renewed(verb: Callable[["Project", str], Awaitable[str]]) -> Verb:
        async def act(memory_id: str) -> str:
            said = await verb(project, memory_id)
            await changed()
            return said

        return act

    return DecayDoors(
        lambda: decay.glance(project),
        rank,
        then_renewed(judging.keep),
        then_renewed(judging.let_go),
        then_renewed(judging.verify),
        lambda: project.clock.now(),
    )


def decision_doors(project: "Project") -> DecisionDoors:
    """What the decision browser reads."""
    return DecisionDoors(
        lambda: decision_cards(project),
        lambda memory_id, hops: neighborhood(project, memory_id, hops),
        lambda memory_id: told(project, memory_id),
    )


async def told(project: "Project", memory_id: str) -> str:
    """A memory whole with its links, and a decision with its parts, then what happened to it."""
    memory = await memories.the_memory(project, memory_id)
    if memory.kind != Kind.DECISION:
        return await run_line(project, Line("show", memory_id))
    parts = await run_line(project, Line("adr", f"show {memory_id}"))
    happened = (await run_line(project, Line("history", memory_id))).partition("\n\n")[2]
    return f"{parts}\n\n*What happened*\n\n{happened}"


def session_doors(project: "Project") -> SessionDoors:
    """What the list of conversations reads and does."""

    async def told(session_id: str) -> str:
        session = await sessions.the_session(project, session_id)
        turns = await sessions.turns_of(project, session)
        return sessions.session_markdown(session, turns, recalled=False)

    async def rename(session_id: str, title: str) -> str:
        renamed = await sessions.rename(project, session_id, title)
        return f"It is called {renamed.title} now."

    async def fork(session_id: str) -> str:
        return (await sessions.fork(project, session_id)).id

    async def export(session_id: str, as_json: bool) -> str:
        return f"Written: {await sessions.export_file(project, session_id, as_json=as_json)}"

    async def delete(session_id: str) -> str:
        return f"Deleted {counted(await sessions.delete(project, session_id), 'turn')}."

    return SessionDoors(
        lambda words: sessions.list_sessions(project, words),
        told,
        rename,
        fork,
        export,
        delete,
        lambda: project.clock.now(),
    )


def change_doors(project: "Project", changed: Changed) -> ChangeDoors:
    """What the list of changes reads and takes back."""

    async def load(since: str) -> Sequence[Operation]:
        return await changes.changes(project, await past_moment(project, since) if since else 0.0)

    async def told(operation: str) -> Sequence[str]:
        return changes.difference_lines(await changes.differences_of(project, operation))

    async def undo(chosen: Sequence[Operation]) -> str:
        if len(chosen) == 1:
            undone = await memories.undo(project, chosen[0].id)
            await changed()
            return f"Took back: {undone.reason.removesuffix('.')}."
        done = await changes.take_back(project, chosen)
        await changed()
        count = counted(done.memories, "memory", "memories")
        said = f"Took back {counted(len(done.operations), 'change')} ({count})."
        return f"{said} The rest stands: {done.stopped}" if done.stopped else said

    return ChangeDoors(load, told, undo, lambda: project.clock.now())


def code_change_doors(project: "Project", changed: Changed) -> CodeChangeDoors:
    """What the pane of code changes reads and does."""

    async def load(limit: int | None) -> Sequence[links.LinkedChange]:
        where = Filter(kinds=(Kind.CODE_CHANGE,))
        found = await project.memories.find(where, limit or MOST_CODE_CHANGES)
        return await links.links_of(project, found)

    async def revision() -> int:
        return await project.memories.ask(lambda store: store.database.revision)

    async def confirm(link: memories.Linked) -> str:
        await links.confirm(project, link.edge)
        return await done("Confirmed", link)

    async def turn_down(link: memories.Linked) -> str:
        suggested = links.is_suggested(link.edge)
        await (links.reject if suggested else links.unlink)(project, link.edge)
        return await done("Rejected" if suggested else "Unlinked", link)

    async def done(word: str, link: memories.Linked) -> str:
        await changed()
        return f"{word}: {title_words(link.memory)}. /undo takes it back."

    return CodeChangeDoors(load, revision, confirm, turn_down, lambda: project.clock.now())


def setting_doors(
    project: "Project", options: Mapping[str, object], put_on: Callable[[str, object], bool]
) -> SettingDoors:
    """What the settings read and change.

    Args:
        project: The open project.
        options: What the command line set.
        put_on: Lets a setting of the app's look take effect; whether it is one.
    """
    file = project.places.config / "config.toml"

    async def load() -> Sequence[settings.Setting]:
        return settings.settings_with_origins(project, os.environ, options)

    async def change(name: str, text: str) -> str:
        value = settings.set_setting(file, name, text)
        now = put_on(name, value)
        said = f"{name} is {settings.as_toml(value) or 'its default'}"
        return f"{said}." if now else f"{said} from the next start on."

    return SettingDoors(load, settings.as_toml, change, from_home(file))


async def found(project: "Project", words: str) -> Sequence[Offer]:
    """Memories and conversations that have some words, for the palette."""
    question = memories.Question(words, words_only=True, limit=OFFERED)
    recall = await memories.search(project, question)
    talks = await sessions.list_sessions(project, words)
    return [
        *(
            Offer(
                f"{sign_of(each.memory).mark} {title_words(each.memory)}",
                kind_words(each.memory.kind),
                f"/show m:{short_id(each.memory.id)}",
            )
            for each in recall.found
        ),
        *(
            Offer(
                line.session.title,
                f"conversation, {counted(line.turns, 'turn')}",
                f"/resume {line.session.id}",
            )
            for line in talks[:OFFERED]
        ),
    ]
