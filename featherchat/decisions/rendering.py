"""From a ``Decision`` to the text of its record."""

import datetime
from collections.abc import Iterator, Sequence

from featherchat.decisions.markdown import begins_with_fence, fit
from featherchat.decisions.options import CHOICE_MARK, plain_name
from featherchat.decisions.parsing import bare_title
from featherchat.decisions.references import superseded_by
from featherchat.decisions.value import Decision, Option, Reference, Style
from featherchat.memory import AdrStatus


def render(decision: Decision) -> str:
    """The record's whole text: MADR 4 with front matter, or Nygard's sections.

    A free-form decision is written as MADR. What ``parse`` gave is written so that
    ``parse`` gives it again; the file's name carries number and slug.
    """
    if decision.style is Style.NYGARD:
        pieces = [_heading(decision, numbered=True), *_nygard(decision)]
        return "\n\n".join(filter(None, pieces)) + "\n"
    pieces = [_heading(decision, numbered=False), *_madr(decision)]
    return front_matter(decision) + "\n\n".join(filter(None, pieces)) + "\n"


def _heading(decision: Decision, *, numbered: bool) -> str:
    title, number = decision.title, decision.number
    plain = [f"{number}. {title}"] if numbered and number is not None else []
    prefix = "ADR" if number is None else f"ADR-{number:04d}"
    candidates = [*plain, title, f"{prefix}: {title}"]
    # A title such as "3. Rust first" must not lose its 3 to the number of the record.
    fitting = (text for text in candidates if bare_title(text, number)[0] == title)
    return f"# {next(fitting, candidates[-1])}"


def front_matter(decision: Decision) -> str:
    """The facts of a decision as MADR's front matter; empty if there are none."""
    import yaml

    status, successors = _madr_status(decision)
    day = datetime.date.fromisoformat(decision.date) if decision.date else None
    lists: dict[str, Sequence[str]] = {
        "decision-makers": decision.deciders,
        "consulted": decision.consulted,
        "informed": decision.informed,
        "supersedes": _in_list(decision.supersedes),
        "superseded-by": successors,
        "governs": decision.governs,
        "symbols": decision.symbols,
    }
    single = {"status": status, "date": day, "featherchat-id": decision.featherchat_id}
    entries: dict[str, object] = {key: value for key, value in single.items() if value}
    entries |= {key: list(values) for key, values in lists.items() if values}
    if not entries:
        return ""
    # Lines are never folded: with_status and other tools read this head line by line.
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=2**31)
    return f"---\n{text}---\n\n"


def _madr_status(decision: Decision) -> tuple[str, Sequence[str]]:
    """The status, and the successors that it does not name itself."""
    word = "" if decision.status is None else decision.status.value
    named = f"superseded by {', '.join(map(str, decision.superseded_by))}"
    if decision.status is AdrStatus.SUPERSEDED and (
        tuple(superseded_by(named)) == decision.superseded_by
    ):
        return (named if decision.superseded_by else word), ()
    return word, _in_list(decision.superseded_by)


def _madr(decision: Decision) -> Iterator[str]:
    yield _section("## Context and Problem Statement", decision.context)
    yield _optional("## Decision Drivers", item_list(decision.drivers))
    named = names_the_choice(decision)
    yield _optional(
        "## Considered Options",
        "\n".join(f"* {listed_option(o, marked=o.chosen and not named)}" for o in decision.options),
    )
    yield _section("## Decision Outcome", outcome_text(decision, named))
    yield from _belowoutcome_text(decision, because="" if named else decision.because)
    detailed = [detailed_option(o, marked=False) for o in decision.options if _has_details(o)]
    yield from ["## Pros and Cons of the Options", *detailed] if detailed else []
    yield from (_section(f"## {section.title}", section.text) for section in decision.sections)
    yield from _more(decision)


def _nygard(decision: Decision) -> Iterator[str]:
    yield "\n".join(_nygard_head(decision))
    yield _section("## Status", "\n\n".join(status_lines(decision)))
    yield _section("## Context", decision.context)
    yield _optional("## Decision Drivers", item_list(decision.drivers))
    described = [detailed_option(option, marked=option.chosen) for option in decision.options]
    yield from ["## Options Considered", *described] if described else []
    yield _section("## Decision", decision.outcome)
    yield _optional("### Rationale", decision.because)
    yield _section("## Consequences", decision.consequences)
    yield _optional("## Confirmation", decision.confirmation)
    yield from (_section(f"## {section.title}", section.text) for section in decision.sections)
    yield _optional("## More Information", decision.more_information)


def _nygard_head(decision: Decision) -> Iterator[str]:
    paths, symbols = ([f"`{x}`" for x in each] for each in (decision.governs, decision.symbols))
    partly = any(reference.partial for reference in decision.superseded_by)
    for name, values in (
        ("Date", [decision.date] if decision.date else []),
        ("Deciders", decision.deciders),
        ("Consulted", decision.consulted),
        ("Informed", decision.informed),
        ("Governs", paths),
        ("Symbols", symbols),
        ("Superseded by", _in_list(decision.superseded_by) if partly else []),
        ("Featherchat ID", [decision.featherchat_id] if decision.featherchat_id else []),
    ):
        if values:
            yield f"{name}: {separated(values)}"


def status_lines(decision: Decision) -> Iterator[str]:
    """What the section on the status says: the status, and each relation."""
    partly = any(reference.partial for reference in decision.superseded_by)
    whole = [] if partly else decision.superseded_by
    if decision.status is not None and not (whole and decision.status is AdrStatus.SUPERSEDED):
        yield decision.status.value.capitalize()
    yield from (f"Superseded by {reference}" for reference in whole)
    yield from (f"Supersedes {text}" for text in _in_list(decision.supersedes))
    yield from (f"{link.relation} {link.target}" for link in decision.links)


def names_the_choice(decision: Decision) -> bool:
    """Whether MADR's line ``Chosen option: "X", because Y`` says what the decision says."""
    name = decision.outcome.partition("\n\n")[0]
    single = "\n\n" not in decision.because and not begins_with_fence(decision.because)
    return [o.name for o in decision.chosen] == [name] and '"' not in name and single


def outcome_text(decision: Decision, named: bool) -> str:
    """The outcome, as MADR's line on the choice where that says it all."""
    if not named:
        return decision.outcome
    name, _, rest = decision.outcome.partition("\n\n")
    because = f", because {decision.because}" if decision.because else ""
    return f'Chosen option: "{name}"{because}' + (f"\n\n{rest}" if rest else "")


def _belowoutcome_text(decision: Decision, because: str) -> Iterator[str]:
    yield _optional("### Rationale", because)
    yield _optional("### Consequences", decision.consequences)
    yield _optional("### Confirmation", decision.confirmation)


def _more(decision: Decision) -> Iterator[str]:
    if decision.more_information or decision.links:
        yield _section("## More Information", decision.more_information)
    links = "\n".join(f"* {link.relation} {link.target}" for link in decision.links)
    yield _optional("### Links", links)


def listed_option(option: Option, *, marked: bool) -> str:
    """An option in a list of names."""
    name = option.name if plain_name(option.name) else f"**{option.name}**"
    return f"{name} {CHOICE_MARK}" if marked else name


def _has_details(option: Option) -> bool:
    return bool(option.description or option.pros or option.cons or option.reason)


def detailed_option(option: Option, *, marked: bool) -> str:
    """An option under a heading of its own, with what speaks for and against it."""
    points = (
        *(_item("Good, because", text) for text in option.pros),
        *(_item("Bad, because", text) for text in option.cons),
        *((_item("Rejected, because", option.reason),) if option.reason else ()),
    )
    heading = f"### {option.name} {CHOICE_MARK}" if marked else f"### {option.name}"
    body = "\n\n".join(filter(None, (fit(option.description), "\n".join(points))))
    return f"{heading}\n\n{body}".strip()


def item_list(texts: Sequence[str]) -> str:
    """Texts as a list."""
    return "\n".join(_item("", text) for text in texts)


def _item(lead: str, text: str) -> str:
    # A fence must open its line, also below a lead.
    joined = f"{lead}\n{text}" if lead and begins_with_fence(text) else f"{lead} {text}"
    first, *rest = joined.strip().split("\n")
    return "\n".join([f"* {first}", *(f"  {line}" if line else "" for line in rest)])


def _section(heading: str, text: str) -> str:
    return f"{heading}\n\n{fit(text)}".strip()


def _optional(heading: str, text: str) -> str:
    return _section(heading, text) if text else ""


def _in_list(found: Sequence[Reference]) -> list[str]:
    return [
        f"{reference} (in part)" if reference.partial else str(reference) for reference in found
    ]


def separated(values: Sequence[str]) -> str:
    """Names on one line, so that a comma within one does not divide it."""
    if not any("," in value for value in values):
        return ", ".join(values)
    return "; ".join(values) + (";" if len(values) == 1 else "")
