"""/links: which changes carry out which decisions, and a person's word on it."""

from featherchat.commands import links as verbs
from featherchat.commands.links import Verb
from featherchat.commands.markdown import escaped, need
from featherchat.commands.trail import change_line, link_line
from featherchat.errors import UsageError
from featherchat.project import Project

_DONE = {Verb.CONFIRM: "Confirmed", Verb.REJECT: "Rejected", Verb.UNLINK: "Unlinked"}
_SUGGESTED = "suggested"


async def links(project: Project, argument: str) -> str:
    """Run what stands behind /links."""
    word, _, rest = argument.partition(" ")
    if word in ("", _SUGGESTED):
        return await _listed(project, suggested=word == _SUGGESTED)
    if word not in set(Verb):
        raise UsageError(
            f"There is no command /links {word}.", hint="Use suggested, confirm, reject or unlink."
        )
    need(rest, f"/links {word} CHANGE [DECISION]")
    change, _, decision = rest.strip().partition(" ")
    done = await verbs.decide(project, Verb(word), change, decision.strip() or None)
    lines = [f"- {escaped(each.memory.title)} → {escaped(each.change.title)}" for each in done]
    return "\n".join([f"{_DONE[Verb(word)]} (`/undo` takes it back):", "", *lines])


async def _listed(project: Project, *, suggested: bool) -> str:
    found = await verbs.changes_with_links(project, suggested=suggested)
    if not found:
        return "Nothing waits." if suggested else "No change is linked with a decision."
    lines = []
    for each in found:
        lines.append(f"- {escaped(change_line(each.change))}")
        shown = each.suggested if suggested else each.links
        lines += [f"    - {escaped(link_line(link))}" for link in shown]
    waits = "`/links confirm CHANGE [DECISION]`, `reject`, `unlink`."
    return "\n".join([*lines, "", waits])
