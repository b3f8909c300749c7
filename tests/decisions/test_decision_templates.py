"""A repository's own template is filled in, and only if it holds the whole decision."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from featherchat.decisions import Decision, Link, Option, Reference, Style, filled, parse
from featherchat.memory import AdrStatus
from tests.decisions.test_decision_rendering import decisions

ADR_TOOLS = """\
# NUMBER. TITLE

Date: DATE

## Status

STATUS

## Context

The issue motivating this decision.

## Decision

The change that we're proposing.

## Consequences

What becomes easier or harder.
"""

FACTS = """\
# ADR-XXXX: <title — the decision, not the problem>

<!-- Don't copy this file by hand. -->

- **Status:** Proposed | Accepted | Rejected
- **Date:** YYYY-MM-DD <!-- when -->
- **Deciders:** <names>
- **Related:** <!-- ADR-0011 -->

## Context

<!-- What prompted this? -->

## Decision drivers

<!-- Optional -->

## Decision

## Alternatives considered

## Consequences

## Rollout

Who does what?
"""

MADR = """\
---
# These are optional metadata elements. Feel free to remove any of them.
status: "{proposed | rejected | accepted}"
date: {YYYY-MM-DD when the decision was last updated}
---

# {short title, representative of solved problem and found solution}

## Context and Problem Statement

{Describe the context.}

<!-- This is an optional element. Feel free to remove. -->
## Decision Drivers

* {decision driver 1}

## Considered Options

* {title of option 1}
* {title of option 2}

## Decision Outcome

Chosen option: "{title of option 1}", because {justification}.

### Consequences

* Good, because {positive consequence}

### Confirmation

{Describe how.}

## Pros and Cons of the Options

### {title of option 1}

* Good, because {argument a}

## More Information

{You might want to provide evidence.}
"""

LOG4BRAINS = """\
# [short title of solved problem and solution]

- Status: [draft | proposed | accepted] <!-- optional -->
- Deciders: [list everyone involved in the decision] <!-- optional -->
- Date: [YYYY-MM-DD when the decision was last updated] <!-- optional -->

## Context and Problem Statement

[Describe the context and problem statement.]

## Considered Options

- [option 1]

## Decision Outcome

Chosen option: "[option 1]", because [justification].

## Links <!-- optional -->

- [Link type][link to adr]
"""

SMALL = Decision(
    "Use SQLite",
    number=12,
    status=AdrStatus.ACCEPTED,
    date="2024-01-31",
    context="We lose data.",
    outcome="We will use SQLite.",
    consequences="One file.",
    featherchat_id="01HX",
)


def test_the_words_of_adr_tools_are_replaced() -> None:
    assert filled(ADR_TOOLS, SMALL) == (
        "# 12. Use SQLite\n\nDate: 2024-01-31\nFeatherchat ID: 01HX\n\n## Status\n\nAccepted\n\n"
        "## Context\n\nWe lose data.\n\n## Decision\n\nWe will use SQLite.\n\n"
        "## Consequences\n\nOne file.\n"
    )


def test_facts_keep_their_form_and_optional_sections_go() -> None:
    decision = replace(SMALL, deciders=("Ann Lee", "Bob"), governs=("src/store/**",))

    assert filled(FACTS, decision) == (
        "# ADR-0012: Use SQLite\n\n- **Status:** Accepted\n- **Date:** 2024-01-31\n"
        "- **Deciders:** Ann Lee, Bob\n- **Governs:** `src/store/**`\n- **Featherchat ID:** 01HX\n\n"
        "## Context\n\nWe lose data.\n\n## Decision\n\nWe will use SQLite.\n\n"
        "## Consequences\n\nOne file.\n\n## Rollout\n"
    )


def test_the_choice_stands_in_the_line_of_madr() -> None:
    options = (Option("SQLite", chosen=True), Option("Files", cons=("they tear",)))
    decision = replace(SMALL, options=options, outcome="SQLite", because="it is one file.")

    text = filled(MADR, decision)

    assert text is not None
    assert text.startswith("---\nstatus: accepted\ndate: 2024-01-31\nfeatherchat-id: 01HX\n---\n\n")
    assert '## Decision Outcome\n\nChosen option: "SQLite", because it is one file.\n' in text
    assert "### Files\n\n* Bad, because they tear\n" in text
    assert "{" not in text


def test_log4brains_keeps_its_list_and_its_links() -> None:
    link = Link("Amends", Reference("20240101-x", "20240101-x.md"))

    text = filled(LOG4BRAINS, replace(SMALL, number=None, links=(link,)))

    assert text is not None
    assert text.startswith("# Use SQLite\n\n- Status: accepted\n- Date: 2024-01-31\n")
    assert "## Links\n\n* Amends [20240101-x](20240101-x.md)\n" in text


@pytest.mark.parametrize(
    "template",
    ["", "Some words.\n", "# Only a title\n", "# T\n\n| Status | x |\n|--|--|\n\n## Decision\n"],
)
def test_a_template_without_a_place_is_not_used(template: str) -> None:
    assert filled(template, SMALL) is None


def test_what_a_template_has_no_heading_for_goes_below() -> None:
    weighed = replace(SMALL, options=(Option("Files", reason="they tear"),), drivers=("Speed",))

    text = filled(ADR_TOOLS, weighed)

    assert text is not None
    assert text.endswith(
        "## Consequences\n\nOne file.\n\n## Options Considered\n\n### Files\n\n"
        "* Rejected, because they tear\n\n## Decision Drivers\n\n* Speed\n"
    )


def test_a_template_that_would_change_a_field_is_not_used() -> None:
    # Below a heading on alternatives, the one that was taken would read as turned down.
    weighed = replace(SMALL, options=(Option("Files", description="Plain ones."),))

    assert filled(FACTS, weighed) is None


@pytest.mark.parametrize("template", [ADR_TOOLS, FACTS, MADR, LOG4BRAINS])
@given(decisions(Style.MADR))
@settings(deadline=None, derandomize=True, max_examples=25, suppress_health_check=list(HealthCheck))
def test_what_is_filled_in_says_the_same(template: str, decision: Decision) -> None:
    text = filled(template, decision)

    if text is not None:
        said = parse(text, "0012-x.md")
        assert replace(said, style=decision.style) == decision
