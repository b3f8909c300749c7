"""Times as people write them: a period, a date, or a commit."""

import re
from datetime import UTC, datetime

from featherchat.clock import SECONDS_PER_DAY
from featherchat.errors import InvalidValue
from featherchat.project import Project

_PERIOD = re.compile(r"^(\d{1,6})\s*(min|[hdwmy])[a-z]*$")
_DAYS = {"min": 1 / 1_440, "h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.44, "y": 365.25}
_HINT = "Say 30min, 3d, 2w, 6m (months), 1y, or 2026-03-04."


def ago(text: str, now: float) -> float:
    """Seconds UTC of a date, or of a period before now.

    Raises:
        InvalidValue: If it is neither.
    """
    return _moment(text, now, -1)


def ahead(text: str, now: float) -> float:
    """Seconds UTC of a date, or of a period after now.

    Raises:
        InvalidValue: If it is neither, or lies in the past.
    """
    moment = _moment(text, now, 1)
    if moment <= now:
        raise InvalidValue(f"{text} is not in the future.", hint=_HINT)
    return moment


async def past_moment(project: Project, text: str) -> float:
    """Seconds UTC of a date, of a period before now, or of a commit.

    Raises:
        InvalidValue: If it is none of them.
    """
    import asyncio

    try:
        return ago(text, project.clock.now())
    except InvalidValue:
        if project.repository is None:
            raise
    made = await asyncio.to_thread(project.repository.commit_time, text.strip())
    if made is None:
        raise InvalidValue(
            f"{text} is neither a period nor a date nor a commit.",
            hint="Say 3d, 2w, 2026-03-04, or a commit's id.",
        )
    return made


def _moment(text: str, now: float, direction: int) -> float:
    try:
        period = _PERIOD.match(text.strip().lower())
        if period:
            days = direction * int(period[1]) * _DAYS[period[2]]
            return datetime.fromtimestamp(now + days * SECONDS_PER_DAY, UTC).timestamp()
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise InvalidValue(f"{text} is neither a period nor a date.", hint=_HINT) from error
