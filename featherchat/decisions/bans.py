"""What a decision rules out, in a form that a change of the code can be held against."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.decisions.package_names import named_in, package_names
from featherchat.decisions.rulings import Act, Ruling, replaced_in, ruling_of, sentences
from featherchat.decisions.value import Decision


class What(StrEnum):
    """What is ruled out."""

    PACKAGE = "package"
    """Importing it, or depending on it."""

    OPTION = "option"
    """Bringing in what was weighed and turned down."""

    CALL = "call"
    """Writing it in code."""

    NEW_FILE = "new file"
    """A new file there."""

    EDIT = "edit"
    """Any change there."""


@dataclass(frozen=True, slots=True)
class Ban:
    """One thing that a decision rules out."""

    what: What
    name: str
    """The thing as the record names it, or a path."""

    sentence: str
    """The words of the record, on one line."""

    scope: tuple[str, ...] = ()
    """The paths it holds for; everywhere if there is none."""

    spared: tuple[str, ...] = ()
    """The paths it does not hold for."""

    in_tests: bool = False
    """Whether it holds for tests, too."""


def bans_of(decision: Decision) -> tuple[Ban, ...]:
    """What a decision rules out; what it says outright goes before what it turned down."""
    tests = re.search(r"\btest", f"{decision.title} {decision.outcome}", re.IGNORECASE) is not None
    governed = tuple(path.partition("#")[0] for path in decision.governs)
    found: dict[str, Ban] = {}
    for ban in (*_stated(decision), *_turned_down(decision)):
        about_files = ban.what in (What.NEW_FILE, What.EDIT)
        scope = ban.scope if about_files else ban.scope or governed
        whole = replace(ban, scope=scope, in_tests=tests or about_files)
        found.setdefault(ban.name.casefold(), whole)
    return tuple(found.values())


def endorsed(decision: Decision) -> frozenset[str]:
    """The packages that a decision is for: by its title, by what it chose, by names in its prose."""
    whole = [decision.title, *(option.name for option in decision.chosen)]
    words = [word for text in whole for word in _WORD.findall(text)]
    positive = (each for each in sentences(decision.outcome) if ruling_of(each) is None)
    words += [word for sentence in positive for word in _NAMED.findall(sentence)]
    dropped = [name for thing in replaced_in(decision.title) for name in named_in(thing)]
    against = {form for name in dropped for form in package_names(name)}
    return frozenset(form for word in words for form in package_names(word.strip("./`"))) - against


def _stated(decision: Decision) -> Iterator[Ban]:
    for thing in replaced_in(decision.title):
        for name in named_in(thing):
            yield Ban(What.PACKAGE, name, decision.title)
    for sentence in (*sentences(decision.outcome), *sentences(decision.because)):
        ruling = ruling_of(sentence)
        if ruling is not None:
            yield from _bans_in(ruling)


def _bans_in(ruling: Ruling) -> Iterator[Ban]:
    where = (ruling.sentence, ruling.scope, ruling.spared)
    for name in ruling.names:
        bare = name.strip("`")
        if ruling.act is Act.ADD_FILES:
            yield Ban(What.NEW_FILE, bare, *where)
        elif ruling.act is Act.EDIT:
            yield Ban(What.EDIT, bare, *where)
        elif _CALL.fullmatch(name):
            yield Ban(What.CALL, bare.removesuffix("()"), *where)
        elif ruling.act is Act.USE:
            yield from (Ban(What.PACKAGE, each, *where) for each in named_in(name))


def _turned_down(decision: Decision) -> Iterator[Ban]:
    chosen = endorsed(decision)
    for option in decision.rejected:
        why = f" {_one_line(option.why_not)}" if option.why_not else ""
        for name in named_in(option.name):
            if not package_names(name) & chosen:
                yield Ban(What.OPTION, name, f"Rejected: {_one_line(option.name)}.{why}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


_WORD = re.compile(r"[\w@][\w@./+#-]*")
_NAMED = re.compile(r"`[^`]+`|\b[A-Z][\w.+#-]*|\b\w+[.-][\w.-]*\w|\b\w*\d\w*")
"""Words of prose that are names: "requests" may be what clients send."""

_CALL = re.compile(r"`[A-Za-z_][\w]*(?:(?:\.|::)\w+)*\(\)`")
"""Code that is called: only with its parentheses is it no package."""
