"""How a project comes into the app: opened after the first paint, trusted by question.

The project and its libraries are imported in a worker thread, so that the
prompt takes keys before memory is there.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.capture.planning import Plan
    from featherchat.chat.session import Session
    from featherchat.project import Opening, Project, Surroundings
    from featherchat_tui.values import Offer


@dataclass(frozen=True, slots=True)
class Start:
    """What the command line asks the app to begin with."""

    folder: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    """Settings from options, as ``section.key``."""

    trust: bool = False
    project: str | None = None
    go_on: bool = False
    """Go on with the last conversation."""

    resume: str | None = None
    """Go on with this conversation."""

    example: str = ""
    """A question that the empty page suggests."""


MakeSurroundings = Callable[[Callable[[str], None]], "Surroundings"]
"""Gets what is told to a person from any thread."""


def default_surroundings(tell: Callable[[str], None]) -> "Surroundings":
    """This account and this machine."""
    from featherchat.project import Surroundings

    return Surroundings.default(tell)


async def open_project(
    start: Start,
    surroundings: MakeSurroundings,
    ask_trust: Callable[[Path], Awaitable[bool]],
    tell: Callable[[str], None],
) -> "Project | None":
    """Open the project, asking for trust once if nobody has; None if the answer is no.

    Raises:
        FeatherchatError: If it cannot be opened.
    """
    from featherchat.errors import NotTrusted
    from featherchat.project import Project

    opening = _opening(start)
    around = surroundings(tell)
    try:
        return await Project.open(opening, around)
    except NotTrusted as question:
        if not await ask_trust(question.folder):
            return None
    return await Project.open(replace(opening, trust=True), around)


async def open_session(project: "Project", start: Start) -> tuple["Session", str]:
    """The conversation that was asked for, or a new one with a notice that says so."""
    if not start.go_on and not start.resume:
        return await project.new_session(), ""
    session = await project.resume_session(start.resume)
    if session is not None:
        return session, ""
    wanted = f"There is no conversation {start.resume}" if start.resume else "There is none yet"
    return await project.new_session(), f"{wanted}: this is a new one."


def offer_for(project: "Project", plan: "Plan") -> "Offer":
    """What the first start says of a project that was never learnt."""
    from featherchat.commands.wording import counted, from_home
    from featherchat.providers.opening import PROVIDER_NAMES
    from featherchat_tui.values import Offer

    others = len(plan.documents) - plan.records
    found = f"{project.name} has {counted(others, 'document')}"
    if plan.records:
        found += f" and {counted(plan.records, 'decision record')}"
    seconds = max(round(plan.seconds), 1)
    time = counted(seconds, "second") if seconds < 90 else f"{round(seconds / 60)} minutes"
    provider = project.provider
    sends = "nothing: no model is set up. Memory works without one."
    if provider is not None:
        changes = ", and what changes in the code" if project.config.learn.conversations else ""
        sends = f"your questions with what is recalled for them{changes}, to {provider.address}"
    learning = "on" if project.config.learn.conversations else "off"
    model = ""
    if provider is None:
        assert "openai" in PROVIDER_NAMES
        model = "ANTHROPIC_API_KEY, or an OpenAI-compatible address: /config says where"
    return Offer(
        f"{found}.",
        f"About {time}; you can ask at once.",
        "documents that git does not ignore; never .env files or keys",
        from_home(project.memories.path.parent),
        sends,
        f"{learning} (learn.conversations in {from_home(project.places.config / 'config.toml')})",
        model,
    )


def _opening(start: Start) -> "Opening":
    from featherchat.project import Opening

    return Opening(start.folder, start.trust, start.settings, start.project)


def import_the_rest() -> None:
    """Load what the first page did without. Slow: run it in a thread."""
    import featherchat_tui.conversation
    import featherchat_tui.decisions_pane
    import featherchat_tui.first_start  # noqa: F401
