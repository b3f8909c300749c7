"""Saves that wait until they are over: an editor writes one file in several steps."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class WaitingPaths:
    """What was heard of, until each of it has been quiet for a while.

    Times are seconds of any one clock, and come in as arguments.
    """

    quiet: float
    """Seconds without a further save after which a path is ready."""

    batch: float
    """Seconds after which what is ready goes on its way, though other paths are still busy."""

    _last: dict[str, float] = field(default_factory=dict)
    _first: float | None = None

    def add(self, path: str, at: float) -> None:
        """Hear of a path."""
        self._last[path] = at
        if self._first is None:
            self._first = at

    def due(self) -> float | None:
        """When ``take`` is worth a call; None if nothing waits."""
        if self._first is None:
            return None
        return max(
            min(max(self._last.values()) + self.quiet, self._first + self.batch),
            min(self._last.values()) + self.quiet,
        )

    def take(self, now: float) -> tuple[str, ...]:
        """The paths that are ready, sorted; the others go on waiting."""
        due = self.due()
        if due is None or now < due:
            return ()
        ready = [path for path, last in self._last.items() if last + self.quiet <= now]
        for path in ready:
            del self._last[path]
        self._first = now if self._last else None
        return tuple(sorted(ready))
