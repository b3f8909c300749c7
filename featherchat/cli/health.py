"""Commands on the state of things: where, doctor, config."""

import json
import sys
from pathlib import Path

import click

from featherchat.cli.group import beside_project, in_project, narrate, put, say
from featherchat.commands import health, safety
from featherchat.commands.layers import layers_of
from featherchat.commands.safety import Rescue
from featherchat.commands.terminal import this_terminal
from featherchat.commands.wording import counted, shown_line
from featherchat.errors import ExitCode, UsageError
from featherchat.finding import Opening
from featherchat.project import Project, Surroundings
from featherchat.store.salvage import Salvaged

_SAVED = ("memories", "edges", "turns", "documents")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def where(project: Project, as_json: bool) -> ExitCode:
    """Where the stores, the indexes, the settings and the log lie, and who sees what."""
    for place in health.where(project):
        if as_json:
            record = {"name": place.name, "path": place.path, "note": place.note}
            put(json.dumps(record, ensure_ascii=False))
        else:
            say(f"{place.name:17} {place.path}" + (f"  ({place.note})" if place.note else ""))
    for layer in await layers_of(project):
        if as_json:
            record = {"name": layer.name, "path": str(layer.store), "note": layer.note}
            put(json.dumps(record, ensure_ascii=False))
        else:
            say(f"{layer.name:17} {layer.note}")
    return ExitCode.DONE


@click.command()
@click.option("--salvage", is_flag=True, help="Save what can be read of a damaged store.")
@click.option("--to", metavar="PATH", type=click.Path(path_type=Path), help="Salvage into PATH.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@beside_project
async def doctor(
    opening: Opening, surroundings: Surroundings, salvage: bool, to: Path | None, as_json: bool
) -> ExitCode:
    """Check the store, its rows, the embedder and the model. Exit code 3 if one is unwell.

    With --salvage a new store takes the place of a damaged one, or goes to
    --to PATH. The damaged file is never written; it is kept beside the new one.
    """
    if to is not None and not salvage:
        raise UsageError("--to goes with --salvage.", hint="Add --salvage, or leave --to out.")
    if salvage:
        return _salvage(safety.salvage(surroundings.find(opening), surroundings.clock, to), as_json)
    findings = await health.examine(opening, surroundings)
    if sys.stdout.isatty():
        findings = (*findings, this_terminal(ask=True))
    for finding in findings:
        if as_json:
            record = {"name": finding.name, "well": finding.well, "detail": finding.detail}
            put(json.dumps(record, ensure_ascii=False))
            continue
        say(f"{'●' if finding.well else '✕'} {finding.name:12} {finding.detail}")
        if not finding.well and finding.hint:
            say(f"  {finding.hint}")
    return ExitCode.DONE if all(finding.well for finding in findings) else ExitCode.STORE


def _salvage(rescue: Rescue | None, as_json: bool) -> ExitCode:
    if rescue is None:
        narrate("The store is sound; nothing was changed.")
        return ExitCode.DONE
    salvaged = rescue.salvaged
    code = ExitCode.STORE if salvaged.lost or salvaged.perhaps_lost else ExitCode.DONE
    if as_json:
        record = {
            "store": str(rescue.store),
            "kept": str(rescue.kept),
            "saved": salvaged.rows,
            "lost": salvaged.lost,
            "perhaps_lost": salvaged.perhaps_lost,
            "backups": [
                {
                    "path": str(copies.backup),
                    "memories": [{"id": each.id, "title": each.title} for each in copies.memories],
                }
                for copies in salvaged.copies
            ],
            "to_learn_again": salvaged.unlearned,
        }
        put(json.dumps(record, ensure_ascii=False))
        return code
    narrate(f"{salvaged.damaged_pages:,} of {counted(salvaged.pages, 'page')} are damaged.")
    saved = ", ".join(f"{salvaged.rows[name]:,} {name}" for name in _SAVED)
    say(f"{rescue.store} has what could be saved: {saved}.")
    say(f"The damaged file is kept as {rescue.kept}.")
    _name_losses(salvaged)
    if salvaged.unlearned:
        again = counted(salvaged.unlearned, "document")
        narrate(f"Run featherchat init, which learns {again} again.")
    elif code is not ExitCode.DONE:
        # Also the rows that told which documents were read may be among what is lost.
        narrate("Run featherchat init, which learns again what documents say.")
    return code


def _name_losses(salvaged: Salvaged) -> None:
    words = dict.fromkeys(salvaged.perhaps_lost, "May be lost")
    words |= dict.fromkeys(salvaged.lost, "Lost")
    for copies in salvaged.copies:
        say(f"{copies.backup} has:")
        for each in copies.memories:
            say(f"  {words.pop(each.id)}: {each.id}  {shown_line(each.title)}")
    for memory_id, word in words.items():
        say(f"{word}: {memory_id}; no backup has it")
    if salvaged.copies:
        narrate("Read what is lost with featherchat --store BACKUP show ID, and remember it again.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def config(project: Project, as_json: bool) -> ExitCode:
    """The settings in force. Change them in the file that where names as settings."""
    found = health.settings(project)
    if as_json:
        put(json.dumps(found, ensure_ascii=False))
        return ExitCode.DONE
    for name, value in found.items():
        say(f"{name:22} {json.dumps(value, ensure_ascii=False)}")
    narrate(
        "Set one in config.toml below its section, as an environment variable such as"
        " FEATHERCHAT_MODEL_NAME, or by an option."
    )
    return ExitCode.DONE
