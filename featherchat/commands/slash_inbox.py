"""The slash command /inbox: what waits for a person's word, as Markdown."""

from featherchat.commands.inbox import (
    Decided,
    InboxItem,
    Verb,
    Which,
    decide,
    edit,
    list_inbox,
    merge,
)
from featherchat.commands.markdown import escaped, listed, memory_line, need
from featherchat.commands.memories import normalized_kind
from featherchat.commands.moments import ago
from featherchat.commands.signs import alike_words, sign_of, source_words, title_words
from featherchat.commands.wording import counted
from featherchat.errors import UsageError
from featherchat.project import Project
from featherchat.recall.context import short_id

_DONE = {
    Verb.ACCEPT: "Accepted",
    Verb.BOTH: "Accepted beside what it contradicts",
    Verb.REJECT: "Rejected",
    Verb.NEVER: "Never to be learnt",
}


async def inbox(project: Project, argument: str) -> str:
    """Run what stands behind /inbox."""
    verb, _, rest = argument.partition(" ")
    rest = rest.strip()
    if verb in ("", "list"):
        return _page(project, await list_inbox(project, _which(project, rest)))
    if verb == "edit":
        reference, _, text = rest.partition(" ")
        need(text, "/inbox edit ID TEXT")
        return _told(project, "Changed and accepted", await edit(project, reference, text))
    if verb == "merge":
        reference, _, into = rest.partition(" ")
        need(into, "/inbox merge ID INTO")
        return _told(project, "Merged", await merge(project, reference, into.strip()))
    if verb not in set(Verb):
        known = ", ".join(["list", *Verb, "edit", "merge"])
        raise UsageError(f"There is no command /inbox {verb}.", hint=f"Use {known}.")
    need(rest, f"/inbox {verb} ID")
    said = Verb(verb)
    if rest.split()[0] == "--all":
        decided = await decide(project, (), said, _which(project, rest.removeprefix("--all")))
    else:
        decided = await decide(project, rest.split(), said)
    return _told(project, _DONE[said], decided)


def _which(project: Project, argument: str) -> Which:
    kinds: list[str] = []
    before: float | None = None
    words = iter(argument.split())
    for option in words:
        value = next(words, "")
        if option not in ("--kind", "--older-than") or not value:
            raise UsageError(
                f"{option} is not understood here.", hint="Use --kind KIND or --older-than 30d."
            )
        if option == "--kind":
            kinds.append(normalized_kind(value))
        else:
            before = ago(value, project.clock.now())
    return Which(tuple(kinds), before)


def _page(project: Project, items: tuple[InboxItem, ...]) -> str:
    if not items:
        return "Nothing waits for your word."
    lines = [f"{counted(len(items), 'memory waits', 'memories wait')} for your word:", ""]
    for item in items:
        lines.append(f"- {sign_of(item.memory).mark} {memory_line(project, item.memory)}")
        lines += [f"    - {line}" for line in _details(item)]
    lines += ["", "`/inbox accept ID`, `reject ID`, `edit ID TEXT`, `merge ID INTO`, `never ID`."]
    return "\n".join(lines)


def _details(item: InboxItem) -> list[str]:
    memory = item.memory
    details = []
    if memory.text != memory.title:
        details.append(escaped(memory.text))
    if memory.source.quote and memory.source.quote != memory.text:
        details.append(f"“{escaped(memory.source.quote)}” ({escaped(source_words(memory.source))})")
    details += [
        f"contradicts **{escaped(title_words(old))}** `m:{short_id(old.id)}`: {escaped(why)}"
        for old, why in zip(item.contradicts, item.reasons, strict=True)
    ]
    return details + [escaped(alike_words(near)) for near in item.similar]


def _told(project: Project, word: str, decided: Decided) -> str:
    if not decided.memories:
        return "Nothing waits that is like that."
    told = f"{word} (`/undo` takes it back):\n\n{listed(project, decided.memories)}"
    if decided.superseded:
        told += f"\n\nSuperseded:\n\n{listed(project, decided.superseded)}"
    return told
