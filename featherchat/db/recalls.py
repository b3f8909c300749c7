"""Recalls are counted at once and written together."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from featherchat.errors import StoreError

DELAY = 2.0
"""Seconds that counts may wait; a crash loses them and nothing else."""


class Recalls:
    """Counts that are written ``delay`` seconds after the first of them, or when asked to."""

    def __init__(self, write: Callable[[Mapping[str, int]], None], delay: float = DELAY) -> None:
        """Nothing is counted yet.

        Args:
            write: Stores counts; called by another thread, too.
            delay: Seconds.
        """
        self._write = write
        self._delay = delay
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._timer: threading.Timer | None = None
        self._is_closed = False

    def count(self, ids: Iterable[str]) -> None:
        """Count one recall of each."""
        with self._lock:
            self._counts.update(ids)
            if self._counts and self._timer is None:
                self._start()

    def flush(self) -> None:
        """Write what was counted.

        Raises:
            StoreError: If it cannot be written; it stays counted.
        """
        # Whoever comes second waits until the first one's counts are written.
        with self._writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                counts, self._counts = self._counts, Counter()
            if not counts:
                return
            try:
                self._write(counts)
            except StoreError:
                with self._lock:
                    self._counts.update(counts)
                raise

    def close(self) -> None:
        """Write what was counted, and never again.

        Raises:
            StoreError: If it cannot be written; then it is lost.
        """
        self._is_closed = True
        self.flush()

    def _start(self) -> None:
        self._timer = threading.Timer(self._delay, self._flush_later)
        self._timer.daemon = True
        self._timer.start()

    def _flush_later(self) -> None:
        try:
            self.flush()
        except StoreError:
            # A count is not worth a word to a thread that nobody waits for: it comes again.
            with self._lock:
                if self._timer is None and not self._is_closed:
                    self._start()
