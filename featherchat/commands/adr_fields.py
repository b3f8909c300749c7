"""A decision's fields, as people and as programs read them."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from featherchat.decisions import Decision, Option

OPTIONS = "Options"
"""The label of the field whose texts are one option after the other, each with its own lines."""

_FOR_PROGRAMS = (
    *("title", "number", "status", "date", "deciders", "consulted", "informed", "context"),
    *("drivers", "options", "outcome", "because", "consequences", "confirmation"),
    *("more_information", "governs", "symbols", "sections"),
)


def field_texts(decision: Decision) -> Iterator[tuple[str, Sequence[str]]]:
    """Each field that says something: its label and its texts, in the order of a record."""
    facts = [decision.status.value if decision.status else "", decision.date or ""]
    people = (
        ("decided by", decision.deciders),
        ("consulted", decision.consulted),
        ("informed", decision.informed),
    )
    facts += [f"{label} {', '.join(names)}" for label, names in people if names]
    yield from _stated("Status", [" · ".join(fact for fact in facts if fact)])
    yield from _stated("Context", [decision.context])
    yield from _stated("Drivers", [f"- {driver}" for driver in decision.drivers])
    yield from _stated("Outcome", [decision.outcome])
    yield from _stated("Because", [decision.because])
    yield from _stated(OPTIONS, _options(decision))
    yield from _stated("Consequences", [decision.consequences])
    yield from _stated("Confirmation", [decision.confirmation])
    yield from _stated("Governs", [*decision.governs, *decision.symbols])
    for section in decision.sections:
        yield from _stated(section.title, [section.text])
    yield from _stated("More information", [decision.more_information])


def _options(decision: Decision) -> list[str]:
    rejected = decision.rejected
    return [line for each in decision.options for line in _option_lines(each, each in rejected)]


def _option_lines(option: Option, is_rejected: bool) -> Iterator[str]:
    mark = "●" if option.chosen else "✕" if is_rejected else "·"
    yield f"{mark} {option.name}" + (f": {option.reason}" if option.reason else "")
    if option.description:
        yield f"  {option.description}"
    yield from (f"  + {text}" for text in option.pros)
    yield from (f"  - {text}" for text in option.cons)


def decision_record(decision: Decision) -> dict[str, Any]:
    """A decision's fields as ``--json`` prints them: a stable schema."""
    record = asdict(decision)
    return {name: record[name] for name in _FOR_PROGRAMS}


def _stated(label: str, texts: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    found = [text for text in texts if text.strip()]
    if found:
        yield label, found
