"""The command group deployment: told by CI or a person, listed, shown."""

import json
from typing import Any

import click

from featherchat.cli.group import in_project, narrate, put, say
from featherchat.commands import deployments as verbs
from featherchat.commands.moments import ago
from featherchat.commands.signs import Sign, title_words
from featherchat.commands.wording import counted, moment_words, shown_line
from featherchat.errors import ExitCode
from featherchat.project import Project
from featherchat.recall.context import short_id

_SIGNS = {
    verbs.Result.SUCCESS: Sign("●", "success"),
    verbs.Result.FAILURE: Sign("✕", "failure"),
    verbs.Result.ROLLBACK: Sign("✕", "rollback"),
}
_TAKEN_BACK = Sign("⊘", "rolled back")


@click.group()
def deployment() -> None:
    """What went where and when, with the changes since the last time.

    ID is a version or a memory's id.
    """


@deployment.command()
@click.option("--environment", required=True, metavar="NAME", help="Where to: production, staging.")
@click.option("--version", required=True, metavar="VERSION", help="What: v1.4.")
@click.option(
    "--result",
    type=click.Choice([result.value for result in verbs.Result]),
    default=verbs.Result.SUCCESS.value,
    show_default=True,
    help="How it went; rollback says that VERSION was live and was taken back.",
)
@click.option("--reason", default="", metavar="WHY", help="Why it failed or was taken back.")
@click.option("--commit", default="", metavar="REV", help="What was deployed; HEAD if not given.")
@click.option("--at", metavar="WHEN", help="When, such as 2026-03-04T14:03; now if not given.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def record(
    project: Project,
    environment: str,
    version: str,
    result: str,
    reason: str,
    commit: str,
    at: str | None,
    as_json: bool,
) -> ExitCode:
    """Note a deployment and link it to the commits since the last one.

    Told twice it is one, so a CI job may be run again. In CI, after the deploy step:

    featherchat --trust deployment record --environment production --version "$TAG"

    A CI machine begins with an empty memory: keep the store between runs with --store PATH,
    and fetch the history (fetch-depth: 0) so that the commits are there.
    """
    is_bare = not (await project.counts()).total
    told = verbs.Told(environment, version, verbs.Result(result), reason, commit)
    done = await verbs.record(project, told, ago(at, project.clock.now()) if at else None)
    if as_json:
        since = done.since.told.version if done.since else None
        more = {"known": done.known, "since": since}
        put(json.dumps(_record(done.deployment) | more, ensure_ascii=False))
    else:
        say(f"{'Already known' if done.known else 'Recorded'}: {_line(done)}")
    if project.repository is not None and project.repository.is_shallow:
        narrate(
            "This clone is shallow, so some changes may be missing."
            " git fetch --unshallow completes it."
        )
    if is_bare:
        narrate(
            f"Memory was empty here. To find this again, keep {project.memories.path},"
            " or name a store that stays with --store PATH."
        )
    return ExitCode.DONE


@deployment.command("list")
@click.option("--environment", metavar="NAME", help="Only what went there.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@in_project
async def list_(project: Project, environment: str | None, limit: int, as_json: bool) -> ExitCode:
    """Deployments, the newest first."""
    wanted = environment.strip().casefold() if environment else None
    found = await verbs.deployments(project, wanted)
    for each in found[:limit]:
        if as_json:
            put(json.dumps(_record(each), ensure_ascii=False))
            continue
        sign = _TAKEN_BACK if each.rolled_back else _SIGNS[each.told.result]
        say(
            f"{sign.mark} {sign.word:11} {moment_words(each.at)}  {each.told.environment}"
            f"  {each.told.version}  {counted(len(each.changes), 'change')}"
            f"  m:{short_id(each.memory.id)}"
        )
    if len(found) > limit:
        narrate(f"{limit} of {len(found)}; --limit shows more.")
    if not found:
        narrate("No deployment is recorded. Record one with featherchat deployment record.")
    return ExitCode.DONE if found else ExitCode.NOTHING


@deployment.command()
@click.argument("reference", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@in_project
async def show(project: Project, reference: str, as_json: bool) -> ExitCode:
    """One deployment with its changes."""
    found = await verbs.show(project, reference)
    if as_json:
        put(json.dumps(_record(found), ensure_ascii=False))
        return ExitCode.DONE
    say(f"{found.told} · {moment_words(found.at)} · m:{short_id(found.memory.id)}")
    if found.told.reason:
        say(f"  reason: {shown_line(found.told.reason)}")
    if found.rolled_back is not None:
        back = found.rolled_back
        why = f": {shown_line(back.told.reason)}" if back.told.reason else ""
        say(f"  rolled back {moment_words(back.at)}{why} · m:{short_id(back.memory.id)}")
    for change in found.changes:
        say(f"  {(change.source.sha or '')[:7]} · {title_words(change)} · m:{short_id(change.id)}")
    narrate(f"{counted(len(found.changes), 'change')}.")
    return ExitCode.DONE


def _line(done: verbs.Recorded) -> str:
    found = done.deployment
    since = f" since {done.since.told.version}" if done.since else ""
    changes = f" · {counted(len(found.changes), 'change')}{since}" if found.changes else ""
    return f"{found.told}{changes} · m:{short_id(found.memory.id)}"


def _record(found: verbs.Deployment) -> dict[str, Any]:
    told, back = found.told, found.rolled_back
    return {
        "id": found.memory.id,
        "environment": told.environment,
        "version": told.version,
        "result": told.result.value,
        "reason": told.reason,
        "commit": told.commit,
        "at": found.at,
        "rolled_back": None if back is None else {"at": back.at, "reason": back.told.reason},
        "changes": [
            {"id": each.id, "commit": each.source.sha, "title": each.title}
            for each in found.changes
        ],
    }
