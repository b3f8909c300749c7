"""What the figures are held against."""

from collections.abc import Mapping
from dataclasses import dataclass

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One line of the report."""

    figure: str
    """Ours."""

    against: str = ""
    """The peer's figure beside it; empty: the same one."""

    at_most: float | None = None
    """The largest ratio to the peer that meets the target."""

    at_least: float | None = None
    """The smallest ratio."""

    value_at_most: float | None = None
    value_at_least: float | None = None
    size: int | None = None
    """Memories at which the target holds; None: at any number."""

    def text(self, size: int, ours: Figures, peer: Figures) -> str | None:
        """The line, or None if it was not measured."""
        value = ours.get(self.figure)
        other = peer.get(self.against or self.figure)
        if value is None or self.size not in (None, size):
            return None
        parts = [f"{self.figure}={value:.4g}"]
        ratio = None
        if other is not None:
            ratio = value / other if other else float("inf")
            parts.append(f"peer{'_' + self.against if self.against else ''}={other:.4g}")
            parts.append(f"ratio={ratio:.3g}")
        wanted, met = self._target(value, ratio)
        if wanted:
            parts.append(f"target={wanted} met={'yes' if met else 'NO'}")
        return " ".join(parts)

    def _target(self, value: float, ratio: float | None) -> tuple[str, bool]:
        if self.value_at_most is not None:
            return f"<={self.value_at_most:g}", value <= self.value_at_most
        if self.value_at_least is not None:
            return f">={self.value_at_least:g}", value >= self.value_at_least
        if ratio is None:
            return "", False
        if self.at_most is not None:
            return f"ratio<={self.at_most:g}", ratio <= self.at_most
        if self.at_least is not None:
            return f"ratio>={self.at_least:g}", ratio >= self.at_least
        return "", False


LINES = (
    Line("found_after_writing", value_at_least=4),
    Line("adaptive_recall", value_at_least=1.0),
    Line("adaptive_whole"),
    Line("adaptive_p50_ms", at_most=1.5, size=10_000),
    Line("adaptive_p50_ms", at_most=8.0, size=100_000),
    Line("adaptive_p50_ms", size=500_000),
    Line("adaptive_p99_ms"),
    Line("quick_recall", value_at_least=0.999),
    Line("quick_neighbors"),
    Line("quick_p50_ms", "adaptive_p50_ms", at_most=5.0, size=100_000),
    Line("adaptive_p50_ms", "quick_p50_ms", at_most=1.0),
    Line("nearest_recall", value_at_least=0.99),
    Line("nearest_p50_ms", at_most=0.7),
    Line("nearest_p99_ms"),
    Line("single_per_s", at_least=1.5),
    Line("ingest_per_s", at_least=10.0),
    Line("build_s"),
    Line("optimize_s"),
    Line("open_ms", at_most=0.1),
    Line("open_bare_ms", "open_ms", at_most=3.0),
    Line("file_mb", at_most=1.2),
    Line("file_compact_mb", "file_mb", at_most=0.9),
    Line("anon_mb", at_most=0.25, size=100_000),
    Line("anon_mb", size=10_000),
    Line("rss_mb"),
    Line("hybrid_p50_ms", value_at_most=1.5, size=10_000),
    Line("hybrid_p50_ms", value_at_most=6.0, size=100_000),
    Line("chain_extra_ms", value_at_most=2.0),
    Line("chain_returned"),
)
