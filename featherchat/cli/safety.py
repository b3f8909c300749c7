"""The command backup: makes one, lists them, puts one back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from featherchat.cli.group import beside_project, put, say
from featherchat.commands import safety
from featherchat.errors import ExitCode, UsageError
from featherchat.finding import Opening
from featherchat.project import Project, Surroundings
from featherchat.store.backups import backups_of


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--list", "as_list", is_flag=True, help="Name the backups, newest first.")
@click.option("--restore", metavar="FILE", help="Put a backup back; the present store is kept.")
@click.option("--json", "as_json", is_flag=True, help="One object a line, with --list.")
@beside_project
async def backup(
    opening: Opening,
    surroundings: Surroundings,
    path: Path | None,
    as_list: bool,
    restore: str | None,
    as_json: bool,
) -> ExitCode:
    """Make a backup of the store now, at PATH or among the daily ones.

    A daily one is made without asking, and five of these are kept. Those that
    are made with this command stay until you delete them.
    """
    if sum((path is not None, as_list, restore is not None)) > 1:
        raise UsageError(
            "PATH, --list and --restore cannot be combined.", hint="Give one of them, or none."
        )
    if as_list:
        return _list(opening, surroundings, as_json)
    if restore is not None:
        return _restore(opening, surroundings, Path(restore))
    project = await Project.open(opening, surroundings)
    try:
        made = await safety.back_up(project, path)
    finally:
        await project.close()
    say(f"{made.path}  ({made.size / 1_000_000:.1f} MB)")
    return ExitCode.DONE


def _list(opening: Opening, surroundings: Surroundings, as_json: bool) -> ExitCode:
    found = surroundings.find(opening)
    backups = backups_of(found.store)
    for each in backups:
        made_at = datetime.fromtimestamp(each.made_at, UTC).isoformat()
        if as_json:
            record = {
                "path": str(each.path),
                "made_at": made_at,
                "reason": each.reason or "daily",
                "bytes": each.size,
            }
            put(json.dumps(record, ensure_ascii=False))
        else:
            size = f"{each.size / 1_000_000:.1f} MB"
            say(f"{made_at[:19]}  {size:>9}  {each.reason or 'daily':10} {each.path}")
    return ExitCode.DONE if backups else ExitCode.NOTHING


def _restore(opening: Opening, surroundings: Surroundings, file: Path) -> ExitCode:
    restored = safety.restore(surroundings.find(opening), file, surroundings.clock)
    say(f"{restored.backup} is the store now.")
    if restored.kept is not None:
        say(f"The one that was there before is kept as {restored.kept}.")
    return ExitCode.DONE
