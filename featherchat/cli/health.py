"""Commands on the state of things: where, doctor, config."""

import json

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.commands import health
from featherchat.errors import ExitCode
from featherchat.project import Project


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def where(project: Project, as_json: bool) -> ExitCode:
    """Where the store, the indexes, the settings and the log lie."""
    for place in health.where(project):
        if as_json:
            record = {"name": place.name, "path": place.path, "note": place.note}
            put(json.dumps(record, ensure_ascii=False))
        else:
            say(f"{place.name:17} {place.path}" + (f"  ({place.note})" if place.note else ""))
    return ExitCode.DONE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def doctor(project: Project, as_json: bool) -> ExitCode:
    """Check the store, its rows, the embedder and the model. Exit code 3 if one is unwell."""
    findings = await health.doctor(project)
    for finding in findings:
        if as_json:
            record = {"name": finding.name, "well": finding.well, "detail": finding.detail}
            put(json.dumps(record, ensure_ascii=False))
            continue
        say(f"{'●' if finding.well else '✕'} {finding.name:12} {finding.detail}")
        if not finding.well and finding.hint:
            say(f"  {finding.hint}")
    return ExitCode.DONE if all(finding.well for finding in findings) else ExitCode.STORE


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
