"""How a decision that governs a change, or is contradicted by it, is told: once for every face."""

from featherchat.commands.guard import Contradiction, Governed
from featherchat.commands.signs import ACCEPTED
from featherchat.commands.wording import shown_line
from featherchat.decisions import Decision
from featherchat.decisions.rulings import sentences
from featherchat.recall.context import short_id

LONGEST_SENTENCE = 240
"""Characters of a record's sentence; its place leads to the rest."""


def decision_words(each: Governed | Contradiction) -> str:
    """A decision in force and where it is recorded: ``● ADR-7 Use httpx · docs/adr/0007.md:9``."""
    binding = each.binding
    line = binding.line_of(each.ban.sentence) if isinstance(each, Contradiction) else None
    place = f"{binding.path}:{line}" if line else binding.path
    place = place or (f"m:{short_id(binding.memory_id)}" if binding.memory_id else "")
    return shown_line(f"{ACCEPTED.mark} {binding.title}" + (f" · {place}" if place else ""))


def governed_words(governed: Governed) -> str:
    """What a decision governs of a change, on one line."""
    paths, more = governed.paths[:5], len(governed.paths) - 5
    named = ", ".join(paths) + (f" and {more} more" if more > 0 else "")
    verb = "is" if len(governed.paths) == 1 else "are"
    return shown_line(f"{named} {verb} governed by {decision_words(governed)}")


def outcome_words(decision: Decision) -> str:
    """What was decided, in the record's first sentence about it; empty if it says nothing."""
    first = next(sentences(decision.outcome), "")
    return f"“{_short(shown_line(first))}”" if first else ""


def contradiction_lines(each: Contradiction) -> tuple[str, ...]:
    """The line of a change, the decision that it goes against, and what that says."""
    lines = [
        shown_line(f"{each.path}:{each.line}: {each.text}".rstrip(": ")),
        f"  contradicts {decision_words(each)}",
        f"  “{_short(shown_line(each.ban.sentence))}”",
    ]
    if each.opinion:
        lines.append(f"  a model's opinion: {shown_line(each.opinion)}")
    return tuple(lines)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[: LONGEST_SENTENCE - 1]}…"
