"""The words that decision records use for their sections and statuses.

Gathered from MADR 2 to 4, adr-tools, log4brains and the records of ten public
repositories that follow none of them strictly.
"""

import re
from enum import Enum, auto

from featherchat.memory import AdrStatus


class Part(Enum):
    """What a section is about."""

    STATUS = auto()
    DATE = auto()
    DECIDERS = auto()
    CONTEXT = auto()
    DRIVERS = auto()
    OPTIONS = auto()
    ALTERNATIVES = auto()
    """Options that are, by the section's name, not the one that was taken."""

    PROS_AND_CONS = auto()
    OPTION = auto()
    """One option, under its own heading."""

    OUTCOME = auto()
    PROPOSAL = auto()
    """Holds the outcome if no section is named after the decision."""

    SUMMARY = auto()
    BECAUSE = auto()
    CONSEQUENCES = auto()
    CONFIRMATION = auto()
    MORE = auto()
    LINKS = auto()


_PARTS: tuple[tuple[Part, str], ...] = (
    (Part.STATUS, r"(?:decision |current )?(?:status|state)"),
    (Part.DATE, r"(?:decision )?date"),
    (Part.DECIDERS, r"deciders|decision[- ]makers"),
    (Part.SUMMARY, r"decision summary"),
    (
        Part.CONTEXT,
        r"(?:context|background|problem|motivation|issue)(?: description| statement)?"
        r"|intro(?:duction)?|(?:context|background)(?:,? and|,? &| /) (?:the )?(?:problem|motivation|background)"
        r"(?: statement| description)?|the (?:problem|context|question)|why now",
    ),
    (Part.DRIVERS, r"(?:decision )?(?:drivers|criteria)|forces|requirements|constraints"),
    (Part.PROS_AND_CONS, r"pros (?:and|&) cons(?: of (?:the )?(?:options|alternatives))?"),
    (
        Part.PROS_AND_CONS,
        r"(?:evaluation|comparison|analysis) of (?:the )?(?:options|alternatives)",
    ),
    (Part.OPTION, r"(?:option|alternative) (?:[a-z]|\d{1,2})(?:\W.*)?"),
    (
        Part.ALTERNATIVES,
        r"(?:\S+ ){0,2}alternatives?(?: \S+){0,3}|alternative (?:approaches|solutions|designs)"
        r"|(?:rejected|discarded)(?: (?:options?|approaches|ideas))?|other options(?: considered)?"
        r"|(?:options? )(?:considered and )?(?:rejected|discarded)",
    ),
    (
        Part.OPTIONS,
        r"(?:the |our )?(?:considered |possible |decision |available )?(?:options|solutions)"
        r"(?: considered| evaluated| analy[sz]ed)?",
    ),
    (
        Part.OUTCOME,
        r"(?:the |our |final )?(?:existing )?decisions?(?: (?:outcome|made|taken))?|(?:decision )?outcome"
        r"|decision \d{1,2}(?:\W.*)?"
        r"|(?:chosen|selected) (?:option|solution|alternative)|resolution|decision and rationale",
    ),
    (
        Part.PROPOSAL,
        r"(?:the )?(?:proposal|solution|recommendation|approach)|what['’]s proposed"
        r"|proposed (?:solution|design|approach|decision)|(?:detailed )?design",
    ),
    (
        Part.BECAUSE,
        r"(?:decision )?rationale|reasoning|reasons?|justification|because|why",
    ),
    (
        Part.CONSEQUENCES,
        r"(?:positive |negative |neutral )?(?:consequences?|implications)|impact",
    ),
    (Part.CONFIRMATION, r"confirmation|validation|compliance|verification"),
    (
        Part.MORE,
        r"more information|additional information|references?|refs|notes|see also"
        r"|further reading|related(?: (?:documents|work))?",
    ),
    (Part.LINKS, r"(?:related )?links|related (?:decisions|adrs)"),
)
_PART = re.compile("|".join(f"({pattern})" for _, pattern in _PARTS), re.IGNORECASE)
_DECORATION = re.compile(r"^[^\w]*(?:\d{1,2}(?:\.\d{1,2})*[.)]\s+)?[^\w]*")
_ASIDE = re.compile(r"\s*[(\[][^)\]]*[)\]]?\s*$")
_NUMBERED = re.compile(r"\W*(?:option|alternative|decision) (?:[a-z]|\d{1,2})\b", re.IGNORECASE)
_LONGEST_NAME = 80


def part_of(heading: str) -> Part | None:
    """What a section of this heading holds; None if the words are not known."""
    if len(heading) > _LONGEST_NAME and not _NUMBERED.match(heading):
        return None
    bare = _DECORATION.sub("", heading, count=1).replace("**", "")
    name = " ".join(_ASIDE.sub("", bare[:_LONGEST_NAME]).split()).rstrip(":. ")
    match = _PART.fullmatch(name)
    return _PARTS[(match.lastindex or 1) - 1][0] if match is not None else None


# In the order they are tried; "not yet accepted" must come before "accepted".
_STATUSES: tuple[tuple[AdrStatus, str], ...] = (
    (AdrStatus.PROPOSED, r"not yet \w+"),
    (AdrStatus.REJECTED, r"(?:not|never) (?:accepted|approved|adopted)|won['’]t do"),
    (
        AdrStatus.PROPOSED,
        r"propos(?:ed|al)|draft(?:ed)?|pending|incomplete|in progress|wip|in review|under review"
        r"|under discussion|rfc|open|to be decided|tbd|planned",
    ),
    (
        AdrStatus.ACCEPTED,
        r"accept(?:ed)?|approved|agreed|adopted|implemented|decided|active|final|done|completed?"
        r"|in force|amended(?! by)|(?:partly|partially) (?:implemented|super[sc]ee?ded|replaced)",
    ),
    (AdrStatus.REJECTED, r"reject(?:ed)?|declined|withdrawn|abandoned|dropped|cancell?ed|refused"),
    (AdrStatus.DEPRECATED, r"deprecated|obsolete|retired|archived"),
    (AdrStatus.SUPERSEDED, r"super[sc]ee?ded|replaced|obsoleted"),
)
STATUS_WORD = re.compile(
    r"(?<![\w-])(?:" + "|".join(f"({words})" for _, words in _STATUSES) + r")(?![\w-])",
    re.IGNORECASE,
)
"""One status in any of its spellings."""


def status_of(match: re.Match[str]) -> AdrStatus:
    """The status that a match of ``STATUS_WORD`` stands for."""
    group = match.lastindex or 1
    return _STATUSES[group - 1][0]
