"""How memories look on the page of the app: Markdown, with nothing of theirs read as markup."""

import re
from collections.abc import Sequence

from featherchat.commands.memories import Linked
from featherchat.commands.signs import (
    alike_words,
    expiry_words,
    relation_words,
    sign_of,
    source_words,
    title_words,
)
from featherchat.commands.wording import age, kind_words, shown
from featherchat.errors import UsageError
from featherchat.memory import Memory
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recollection import NearDuplicate


def need(argument: str, usage: str) -> None:
    """Refuse a command without what must stand behind it."""
    if not argument.strip():
        raise UsageError("Something is missing behind the command.", hint=f"Type {usage}.")


def similar(near: Sequence[NearDuplicate]) -> str:
    """What says nearly the same, a line each."""
    return "".join(f"\n- {escaped(alike_words(each))}" for each in near)


def listed(project: Project, found: Sequence[Memory]) -> str:
    """Memories, a line each."""
    return "\n".join(f"- {sign_of(memory).mark} {memory_line(project, memory)}" for memory in found)


def memory_line(project: Project, memory: Memory) -> str:
    """A memory in one line: title, kind, standing, age and id."""
    sign = sign_of(memory)
    standing = f", {sign.word}" if sign.word not in ("", kind_words(memory.kind)) else ""
    how_old = age(project.clock.now() - memory.created_at)
    return (
        f"**{escaped(title_words(memory))}** · {kind_words(memory.kind)}{standing} · {how_old}"
        f" · `m:{short_id(memory.id)}`"
    )


def facts(project: Project, memory: Memory) -> str:
    """What is known about a memory beside its words, in one line."""
    sign = sign_of(memory)
    known = [
        kind_words(memory.kind),
        sign.word or memory.status.value,
        age(project.clock.now() - memory.created_at),
        f"`{source_words(memory.source)}`",
        f"`m:{short_id(memory.id)}`",
        expiry_words(memory, project.clock.now()),
    ]
    return " · ".join(fact for fact in known if fact)


def escaped(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    line = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in line)


def linked(link: Linked) -> str:
    """A relation and the memory at its other end, as an entry of a list."""
    words = relation_words(link.edge.relation, link.forward)
    return f"- *{words}*: {escaped(title_words(link.memory))} `m:{short_id(link.memory.id)}`"


def fenced(text: str, language: str = "") -> str:
    """A text as it is, in a fence that nothing in it can end."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown(text).rstrip()}\n{fence}"
