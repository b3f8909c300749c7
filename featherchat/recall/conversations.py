"""What a conversation lends its turns: a question and its answer rarely share their words.

Only a strong hit lends, and only to what was said right before or after it in the same
session: a graph that lends everywhere is known to lower recall.
"""

from collections.abc import Mapping, Sequence

from featherchat.memory import Edge, Kind
from featherchat.ranking import with_lent
from featherchat.recollection import Outline

NEIGHBOR = 0.4
"""The share of its relevance that a turn lends the ones beside it.

On benchmarks/conversation.py the share of what was asked for that is among the first five rose
from 0.59 to 0.63 at 0.4; 0.2 to 0.5 were within 3 points of it.
"""

WHOLE = 0.5
"""The share that a conversation lends its turns which as a whole has the question's words best.

With it the same share rose from 0.62 to 0.64, and how often a session of the answer is among
the first five from 93 to 94 %.
"""

STRONG = 0.4
"""The relevance from which on a turn lends."""

SAID = frozenset({Kind.CONVERSATION, Kind.DEBUGGING})
"""The kinds of which one follows from another."""


def lent(
    relevances: Mapping[str, float],
    edges: Sequence[Edge],
    outlines: Mapping[str, Outline],
    about: Mapping[str, float],
) -> dict[str, float]:
    """What its conversation lends each turn, from 0 to 1.

    A turn that is beside a strong hit needs no hit of its own; a conversation as a whole lends
    only to turns that are one of both.

    Args:
        relevances: Of the hits.
        edges: ``same_session``, between each and the next.
        outlines: Of both ends, inside the walls.
        about: How far the whole conversation of each is about the question.
    """
    found: dict[str, float] = {}
    for edge in edges:
        for giver, taker in ((edge.source_id, edge.target_id), (edge.target_id, edge.source_id)):
            strength = relevances.get(giver, 0.0)
            if strength >= STRONG and _is_said(giver, outlines) and _is_said(taker, outlines):
                found[taker] = max(found.get(taker, 0.0), NEIGHBOR * edge.weight * strength)
    for key, share in about.items():
        if (key in found or relevances.get(key)) and _is_said(key, outlines):
            found[key] = with_lent(found.get(key, 0.0), WHOLE * share)
    return found


def _is_said(memory_id: str, outlines: Mapping[str, Outline]) -> bool:
    outline = outlines.get(memory_id)
    return outline is not None and outline.kind in SAID
