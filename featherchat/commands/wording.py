"""How ages, numbers and texts are written, once for every face.

Text that came from outside goes through ``shown`` or ``shown_line`` and is never
read as markup. Needs no memory, so that the first page is painted sooner.
"""

from datetime import datetime, tzinfo
from pathlib import Path

from featherchat.clock import age as age
from featherchat.privacy import clean, clean_line

BAR = "▇"


def shown(text: str) -> str:
    """Text from outside, made safe for a terminal; line breaks stay."""
    return clean(text)


def shown_line(text: str) -> str:
    """Text from outside on one line, made safe for a terminal."""
    return clean_line(text)


def time_of_day(at: float, zone: tzinfo | None = None) -> str:
    """Hours and minutes, in the machine's zone unless another is given."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def moment_words(at: float, zone: tzinfo | None = None) -> str:
    """A day with its year and time: ``4 March 2026, 14:03``."""
    moment = datetime.fromtimestamp(at, zone)
    return f"{day_of(at, zone)} {moment:%Y}, {moment:%H:%M}"


def day_of(at: float, zone: tzinfo | None = None) -> str:
    """A day as prose says it: ``4 March``."""
    moment = datetime.fromtimestamp(at, zone)
    return f"{moment.day} {moment:%B}"


def date_words(at: float, zone: tzinfo | None = None) -> str:
    """A day as lists in time order have it: ``2026-03-04``."""
    return datetime.fromtimestamp(at, zone).date().isoformat()


def bar(share: float, width: int) -> str:
    """A bar of up to ``width`` columns; anything above 0 shows at least one."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return BAR * max(filled, 1 if share > 0 else 0)


def dollars(cost: float) -> str:
    """US dollars with the digits that matter: ``$0.004``, ``$0.04``, ``$12.30``."""
    return f"${cost:.3f}" if 0 < cost < 0.01 else f"${cost:.2f}"


def percent(share: float) -> str:
    """A share from 0 to 1: ``12 %``."""
    return f"{share * 100:.0f} %"


def counted(number: int, word: str, plural: str = "") -> str:
    """A number and its noun: ``1 memory``, ``1,214 memories``."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def kind_words(kind: str) -> str:
    """A kind as prose says it: ``bug fix``."""
    return shown_line(kind).replace("_", " ")


def shorten_path(path: str, width: int) -> str:
    """A path in at most ``width`` columns; its end is what tells it apart."""
    return path if len(path) <= width else "…" + path[len(path) - width + 1 :]


def from_home(path: Path) -> str:
    """A path as a person writes it: below ``~`` where it is."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)  # elsewhere, or there is no home
