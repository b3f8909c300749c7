"""Which part of a long conversation is on the screen: a range that moves by pages.

Widgets are what is dear, not values: five thousand messages are a list, and a few
dozen of them are mounted. Nothing here knows a widget.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """What a move of the window changes: places to mount, places to take away."""

    added: range
    dropped: range = range(0)


class Window:
    """A range of places, from ``first`` up to and without ``end``, of ``count``."""

    def __init__(self, page: int, most: int) -> None:
        self.page = page
        """How many places a move adds."""

        self.most = most
        """How many places are mounted at once, at most; at least a page."""

        self.first = 0
        self.end = 0
        self.count = 0

    def __contains__(self, place: int) -> bool:
        return self.first <= place < self.end

    @property
    def at_end(self) -> bool:
        """Whether the newest place is in the window."""
        return self.end == self.count

    @property
    def has_room(self) -> bool:
        """Whether a page more can be mounted without another one going."""
        return self.end - self.first + self.page <= self.most

    def reset(self, count: int) -> Step:
        """Stand at the end of so many places."""
        self.count = count
        return self.around(count)

    def around(self, place: int) -> Step:
        """A new window of a page with a place in its middle; the old one is dropped whole."""
        dropped = range(self.first, self.end)
        self.first = max(min(place - self.page // 2, self.count - self.page), 0)
        self.end = min(self.first + self.page, self.count)
        return Step(range(self.first, self.end), dropped)

    def append(self) -> Step:
        """One place more at the end, where the window stands; the oldest go if it is full."""
        assert self.at_end, "a window that stands elsewhere is moved to the end first"
        added = range(self.count, self.count + 1)
        self.count = self.end = self.count + 1
        if self.end - self.first <= self.most:
            return Step(added)
        dropped = range(self.first, self.end - self.page)
        self.first = dropped.stop
        return Step(added, dropped)

    def earlier(self, kept: int | None = None) -> Step:
        """A page more above; what is too much below goes, unless ``kept`` is there."""
        added = range(max(self.first - self.page, 0), self.first)
        self.first = added.start
        stop = min(self.end, self.first + self.most)
        if kept is not None and kept >= stop:
            stop = self.end
        dropped = range(stop, self.end)
        self.end = stop
        return Step(added, dropped)

    def later(self) -> Step:
        """A page more below; what is too much above goes."""
        added = range(self.end, min(self.end + self.page, self.count))
        self.end = added.stop
        start = max(self.first, self.end - self.most)
        dropped = range(self.first, start)
        self.first = start
        return Step(added, dropped)
