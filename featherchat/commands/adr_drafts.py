"""A decision as a person writes it: in options of a command, or in a text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from featherchat.commands.decisions import NewDecision
from featherchat.decisions import (
    Decision,
    LinkRequest,
    Option,
    conflict_in,
    inverse,
    parse,
    render,
)
from featherchat.decisions.parsing import UNTITLED
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus

NO_REASON = "no reason was given"

_TEMPLATE = """\
---
status: proposed
---

# {title}

<!-- Say in the heading what is decided. Any section may stay empty; comments are dropped.
     "status: accepted" if it is decided. Saved without a change, nothing is recorded. -->

## Context and Problem Statement

<!-- What is this about, and why is it decided now? -->

## Decision Drivers

<!-- * a driver -->

## Considered Options

<!-- * PostgreSQL
     * MongoDB -->

## Decision Outcome

<!-- Chosen option: "PostgreSQL", because orders need transactions. -->

### Consequences

<!-- * Good, because …
     * Bad, because … -->

### Confirmation

<!-- How will one see that it is followed? -->

## Pros and Cons of the Options

<!-- ### MongoDB
     * Good, because …
     * Bad, because …
     * Rejected, because it has no joins -->
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """The fields of a decision as they stand in a command's options."""

    title: str = ""
    context: str = ""
    driver: tuple[str, ...] = ()
    option: tuple[str, ...] = ()
    """Each as ``name`` or ``name: why it was rejected``."""

    reject: tuple[str, ...] = ()
    """As ``option``, and rejected also without a reason."""

    pro: tuple[str, ...] = ()
    """Each as ``option's name: what speaks for it``."""

    con: tuple[str, ...] = ()
    outcome: str = ""
    """A text, or the name of an option: that is then the chosen one."""

    because: str = ""
    consequence: tuple[str, ...] = ()
    confirmation: str = ""
    decider: tuple[str, ...] = ()
    governs: tuple[str, ...] = ()
    accepted: bool = False

    def decision(self) -> Decision:
        """The decision that they state."""
        return Decision(
            title=self.title.strip(),
            status=AdrStatus.ACCEPTED if self.accepted else AdrStatus.PROPOSED,
            context=self.context,
            drivers=self.driver,
            options=self._options(),
            outcome=self.outcome,
            because=self.because,
            consequences=_items(self.consequence),
            confirmation=self.confirmation,
            deciders=self.decider,
            governs=self.governs,
        )

    def _options(self) -> tuple[Option, ...]:
        found: dict[str, Option] = {}
        for stated, reason in (
            *((each, "") for each in self.option),
            *((each, NO_REASON) for each in self.reject),
        ):
            name, said = _divided(stated)
            found[name.casefold()] = Option(name, reason=said or reason)
        for sign, each in (*(("pro", x) for x in self.pro), *(("con", x) for x in self.con)):
            name, said = _divided(each)
            option = found.setdefault(name.casefold(), Option(name))
            if not said:
                raise InvalidValue(
                    f"--{sign} {each!r} does not say of which option it speaks.",
                    hint=f"Write --{sign} 'OPTION: text'.",
                )
            found[name.casefold()] = (
                replace(option, pros=(*option.pros, said))
                if sign == "pro"
                else replace(option, cons=(*option.cons, said))
            )
        taken = found.get(self.outcome.strip().casefold())
        if taken is not None:
            found[taken.name.casefold()] = replace(taken, chosen=True)
        return tuple(found.values())


def template(decision: Decision) -> str:
    """The text that an editor begins with: every section with a hint, or what is stated."""
    bare = replace(decision, title="")
    if bare == Stated().decision():
        return _TEMPLATE.format(title=decision.title)
    return render(decision)


def read_draft(text: str) -> NewDecision:
    """What a person wrote, with the relations that it states.

    Raises:
        InvalidValue: If it has no title, or holds a merge conflict.
    """
    conflict = conflict_in(text)
    if conflict is not None:
        raise InvalidValue(
            f"The text holds a merge conflict in line {conflict}.",
            hint="Settle it first: half of it is somebody else's.",
        )
    decision = parse(text)
    if decision.title == UNTITLED:
        raise InvalidValue(
            "The text has no title.", hint="Begin it with a line such as # Use PostgreSQL."
        )
    return NewDecision(
        decision,
        tuple(each.text for each in decision.supersedes if not each.partial),
        tuple(
            LinkRequest(each.target.text, each.relation, inverse(each.relation))
            for each in decision.links
        ),
    )


def _divided(stated: str) -> tuple[str, str]:
    name, _, said = stated.partition(": ")
    name = " ".join(name.split()).removesuffix(":")
    if not name:
        raise InvalidValue("An option has no name.", hint="Write it as 'OPTION: reason'.")
    return name, said.strip()


def _items(texts: Iterable[str]) -> str:
    found = [text.strip() for text in texts if text.strip()]
    return found[0] if len(found) == 1 else "\n".join(f"* {text}" for text in found)
