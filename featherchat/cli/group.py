"""The command group, its shared options, and the edge where errors become exit codes.

``--help`` reads the table of commands and imports none of them; a command's
module is loaded when it is called.
"""

import functools
import importlib
import io
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import click

from featherchat import __version__
from featherchat.commands.table import shell_commands
from featherchat.errors import ExitCode, FeatherchatError, UsageError
from featherchat.privacy import clean

if TYPE_CHECKING:
    # The project brings the store and its libraries; --help pays for none of them.
    from featherchat.project import Opening, Project, Surroundings

P = ParamSpec("P")

_MODULES = {
    "ask": "asking",
    "search": "memories",
    "remember": "memories",
    "show": "memories",
    "edit": "memories",
    "forget": "memories",
    "undo": "memories",
    "pin": "memories",
    "verify": "verifying",
    "history": "timeline",
    "diff": "timeline",
    "compact": "timeline",
    "adr": "decisions",
    "card": "card",
    "why": "why",
    "index": "why",
    "links": "links",
    "watch": "watch",
    "note": "note",
    "deployment": "deployments",
    "bug": "fixes",
    "tried": "fixes",
    "prefer": "fixes",
    "inbox": "inbox",
    "sessions": "sessions",
    "export": "sessions",
    "init": "learning",
    "reindex": "learning",
    "where": "health",
    "doctor": "health",
    "config": "health",
    "backup": "safety",
}
INTERRUPTED = 130


@dataclass(slots=True)
class Options:
    """What may stand before the command or behind it."""

    trust: bool = False
    store: str | None = None
    embedder: str | None = None
    provider: str | None = None
    model: str | None = None
    base_url: str | None = None
    project: str | None = None

    def settings(self) -> dict[str, str | None]:
        """The settings that were given, as ``section.key``."""
        return {
            "store.path": self.store,
            "embedder.name": self.embedder,
            "model.provider": self.provider,
            "model.name": self.model,
            "model.base_url": self.base_url,
        }

    def opening(self) -> "Opening":
        """How to open the project around the current folder."""
        from featherchat.project import Opening

        return Opening(current_folder(), self.trust, self.settings(), self.project)


def current_folder() -> Path:
    """Where the command was called.

    Raises:
        UsageError: If that folder has been removed since.
    """
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise UsageError(
            "The current folder is no longer there.", hint="Change into a project's folder."
        ) from error


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of use."""
        return [command.name for command in shell_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"featherchat.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that has seen enough and left is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Here, because click would make it an exit code of 1; and Python complains at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(ExitCode.DONE)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        rows = [(command.name, command.summary) for command in shell_commands()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which project, store and model; wherever they stand, they count."""
    options = (
        click.option("--trust", is_flag=True, help="Trust this folder from now on."),
        click.option("--store", metavar="PATH", help="Use the store at PATH."),
        click.option("--embedder", metavar="NAME", help="local, voyage, or none (words only)."),
        click.option("--provider", metavar="NAME", help="anthropic, openai, none, or auto."),
        click.option("--model", metavar="NAME", help="The model that answers."),
        click.option("--base-url", metavar="URL", help="Address of an OpenAI-compatible server."),
        click.option("--project", metavar="ID", help="Which known project this folder is."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def merged(context: click.Context, given: dict[str, Any]) -> Options:
    """The options of the group with those of the command in front."""
    before = context.obj if isinstance(context.obj, Options) else Options()
    return Options(
        **{name: given.pop(name) or getattr(before, name) for name in Options.__dataclass_fields__}
    )


def in_project(
    command: Callable[Concatenate["Project", P], Coroutine[Any, Any, ExitCode]],
) -> Callable[..., None]:
    """Give a command the project around the current folder, and its exit code to the shell."""

    @shared_options
    @click.pass_context
    @functools.wraps(command)
    def run(context: click.Context, /, *arguments: Any, **given: Any) -> None:
        import asyncio

        options = merged(context, given)
        context.exit(asyncio.run(_in_project(command, options, arguments, given)))

    return run


def beside_project(
    command: Callable[Concatenate["Opening", "Surroundings", P], Coroutine[Any, Any, ExitCode]],
) -> Callable[..., None]:
    """Give a command what it takes to find or open the project, whose store may be damaged."""

    @shared_options
    @click.pass_context
    @functools.wraps(command)
    def run(context: click.Context, /, *arguments: Any, **given: Any) -> None:
        import asyncio

        from featherchat.project import Surroundings

        opening, surroundings = merged(context, given).opening(), Surroundings.default(narrate)
        context.exit(asyncio.run(command(opening, surroundings, *arguments, **given)))

    return run


async def _in_project(
    command: Callable[..., Coroutine[Any, Any, ExitCode]],
    options: Options,
    arguments: tuple[Any, ...],
    given: dict[str, Any],
) -> ExitCode:
    from featherchat.project import Project, Surroundings

    project = await Project.open(options.opening(), Surroundings.default(narrate))
    try:
        for notice in project.notices:
            narrate(notice)
        return await command(project, *arguments, **given)
    finally:
        await project.close()


OpenApp = Callable[[Options, bool, str | None, bool], int]
"""Opens the app; gets the options, whether to go on with the last conversation, or which, and
whether a demo is wanted instead of the project."""


def make_group(open_app: OpenApp | None = None) -> click.Group:
    """The command line; without a command it opens the app, or says what commands there are."""

    @click.group(
        cls=LazyGroup,
        context_settings={"help_option_names": ["-h", "--help"]},
        invoke_without_command=open_app is not None,
    )
    @click.option("-c", "--continue", "go_on", is_flag=True, help="Go on where you left off.")
    @click.option("-r", "--resume", metavar="ID", help="Go on with this conversation.")
    @click.option("--demo", is_flag=True, help="Look around in a small project of its own.")
    @shared_options
    @click.version_option(__version__, prog_name="featherchat")
    @click.pass_context
    def featherchat(
        context: click.Context, /, go_on: bool, resume: str | None, demo: bool, **given: Any
    ) -> None:
        """A terminal coding assistant that remembers why.

        Without a command the app opens. Exit codes: 0 done, 1 nothing found, 2 usage,
        3 store, 4 provider.
        """
        context.obj = merged(context, given)
        if context.invoked_subcommand is None and open_app is not None:
            context.exit(open_app(context.obj, go_on, resume, demo))

    return featherchat


def say(text: str) -> None:
    """Data, to stdout; nothing in it reaches the terminal as control."""
    put(clean(text))


def put(text: str, *, end: str = "\n") -> None:
    """Text that is safe already, such as JSON, to stdout.

    Raises:
        UsageError: If it cannot be written, as on a full disk. A reader that has gone is none.
    """
    try:
        click.echo(text + end, nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        # What is still buffered would fail once more at the interpreter's end, with code 120.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(
            f"The output cannot be written: {error.strerror}.",
            hint="Free some space, or write it elsewhere; memory is safe.",
        ) from error


def narrate(text: str) -> None:
    """The rest, to stderr."""
    click.echo(clean(text), err=True)


def _check_arguments(arguments: Sequence[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"An argument is not valid UTF-8: {clean(argument)}",
                hint="Set your terminal and its locale to UTF-8.",
            ) from error


def run_cli(group: click.Group) -> int:
    """Run a command group; the one place where errors become messages and exit codes."""
    try:
        _check_arguments(sys.argv[1:])
        code = group.main(standalone_mode=False, prog_name="featherchat")
        return code if isinstance(code, int) else ExitCode.DONE
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        # It repeats what was typed, which may come from anywhere.
        said = io.StringIO()
        error.show(said)
        narrate(said.getvalue().rstrip())
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        narrate("Interrupted; what was stored is safe.")
        return INTERRUPTED
    except FeatherchatError as error:
        narrate(f"{error}\n{error.hint}")
        return error.exit_code


def main() -> None:
    """The headless command line."""
    sys.exit(run_cli(make_group()))
