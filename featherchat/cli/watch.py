"""The command that records commits and saves as they are made: watch."""

import asyncio
import json
import signal
from contextlib import suppress

import click

from featherchat.capture.keeper import Noticed
from featherchat.cli.group import in_project, narrate, put, say
from featherchat.cli.learning import Bar
from featherchat.cli.printing import head_line
from featherchat.commands.memories import to_record
from featherchat.commands.watching import (
    Happened,
    beginning_words,
    happened,
    keeper_of,
    standing_words,
)
from featherchat.errors import EmbedderError, ExitCode
from featherchat.project import Project
from featherchat.recollection import Recollection, ScoreParts


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a recorded change.")
@in_project
async def watch(project: Project, as_json: bool) -> ExitCode:
    """Record commits and saves as they are made, one line each, until Ctrl+C.

    What was committed before is recorded first, and only counted.
    """
    keeper = keeper_of(project)
    noticed: asyncio.Queue[Noticed] = asyncio.Queue()
    stopped = _stop_signal()
    if keeper.holder is not None:
        narrate(standing_words(keeper))
    written = asyncio.Event()
    tasks = [
        asyncio.create_task(keeper.run(noticed.put_nowait, Bar("Commits "))),
        asyncio.create_task(_tell_all(project, noticed, written, as_json=as_json)),
        asyncio.create_task(_give_meaning(project, written)),
        asyncio.create_task(stopped.wait()),
    ]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()
    return ExitCode.DONE


def _stop_signal() -> asyncio.Event:
    """Set by Ctrl+C, or by whoever ends the process politely: leaving is no failure here."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    return stopped


async def _tell_all(
    project: Project, queue: asyncio.Queue[Noticed], written: asyncio.Event, *, as_json: bool
) -> None:
    while True:
        noticed = await queue.get()
        written.set()
        if noticed.is_first:
            narrate(f"{beginning_words(noticed)} {standing_words(keeper_of(project))}")
            continue
        for each in await happened(project, noticed):
            _print(each, project.clock.now(), as_json=as_json)


async def _give_meaning(project: Project, written: asyncio.Event) -> None:
    """Embed what was written; words find it before, and without an embedder go on doing so."""
    while await written.wait():
        written.clear()
        with suppress(EmbedderError):
            await project.give_meaning()


def _print(each: Happened, now: float, *, as_json: bool) -> None:
    if as_json:
        recollection = Recollection(each.memory, each.memory.importance, ScoreParts(0.0))
        put(json.dumps({"new": each.is_new, **to_record(recollection)}, ensure_ascii=False))
        return
    say(f"{'' if each.is_new else 'updated '}{head_line(each.memory, now)}")
