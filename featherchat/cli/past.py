"""``--as-of``: a command that reads memory, asked about an earlier time."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any

import click

from featherchat.cli.group import narrate
from featherchat.commands import timeline
from featherchat.commands.moments import past_moment
from featherchat.commands.wording import moment_words
from featherchat.errors import ExitCode
from featherchat.project import Project

Command = Callable[..., Coroutine[Any, Any, ExitCode]]


def at_a_time(*, words: bool) -> Callable[[Command], Command]:
    """Give a command the option ``--as-of``, and the project as it was then.

    Args:
        words: Whether the command searches.
    """

    def with_option(command: Command) -> Command:
        @click.option(
            "--as-of", metavar="WHEN", help="As memory was: 2w, 2026-03-04, or at a commit."
        )
        @functools.wraps(command)
        async def run(project: Project, as_of: str | None, **given: Any) -> ExitCode:
            if as_of is None:
                return await command(project, **given)
            at = await past_moment(project, as_of)
            async with timeline.as_of(project, at, words=words) as past:
                narrate(
                    f"This is the memory of {moment_words(at)}; recalls are counted until today."
                )
                return await command(past, **given)

        return run

    return with_option
