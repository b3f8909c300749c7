"""A rejected option that is too long for one memory is several, all of the same title.

A picture or a tree names it once: the first of them stands for the option.
"""

from collections.abc import Iterable

from featherchat.memory import Kind, Memory


def later_pieces(memories: Iterable[Memory]) -> frozenset[str]:
    """The ids of those that only go on with an option whose beginning is among them."""
    begun: set[tuple[str, str | None]] = set()
    later = []
    for memory in sorted(memories, key=lambda each: each.id):
        option = (memory.title, memory.source.path)
        if memory.kind == Kind.ALTERNATIVE and option in begun:
            later.append(memory.id)
        elif memory.kind == Kind.ALTERNATIVE:
            begun.add(option)
    return frozenset(later)
