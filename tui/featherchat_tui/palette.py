"""Ctrl+P: commands, memories and conversations in one list; nothing is run but what is chosen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from featherchat.commands.wording import shown_line

_TOLD = 0.6
"""The score of a command whose description has the words."""

_FOUND = 0.5
"""The score of what the project has found: behind a command that is named, before a guess."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry of the palette."""

    title: str
    note: str
    line: str
    """The command line that it stands for."""


class Offering(Protocol):
    """A screen that has something to offer."""

    offers: Sequence[Offer]
    """What is always there: the commands."""

    find: Callable[[str], Awaitable[Sequence[Offer]]]
    """What the project has for some words."""

    take: Callable[[str], None]
    """Do what was chosen."""


class ProjectPalette(Provider):
    """Offers what a screen has to offer."""

    @property
    def _offering(self) -> Offering:
        return cast(Offering, self.screen)

    async def discover(self) -> Hits:
        """The commands, before anything is typed."""
        for offer in self._offering.offers:
            yield DiscoveryHit(_shown(offer), self._taking(offer), offer.line, _note(offer))

    async def search(self, query: str) -> Hits:
        """Commands that are like what is typed, then memories and conversations."""
        matcher = self.matcher(query)
        for offer in self._offering.offers:
            # In a sentence, letters here and there are no likeness: its words are.
            told = query.casefold() in offer.note.casefold()
            score = max(matcher.match(offer.title), _TOLD if told else 0.0)
            if score > 0:
                yield Hit(score, _shown(offer), self._taking(offer), offer.line, _note(offer))
        for place, offer in enumerate(await self._offering.find(query)):
            score = _FOUND - place / 1_000
            yield Hit(score, _shown(offer), self._taking(offer), offer.title, _note(offer))

    def _taking(self, offer: Offer) -> Callable[[], None]:
        return partial(self._offering.take, offer.line)


def _shown(offer: Offer) -> Content:
    return Content(shown_line(offer.title))


def _note(offer: Offer) -> str:
    # Textual reads it as markup.
    return escape(shown_line(offer.note))
