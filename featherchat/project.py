"""One open project: builds every part from the settings, wires them, closes them.

Nothing below knows the whole; nothing above builds a part. Opening reads no file
of the repository but git's own, unless the folder is trusted.
"""

import asyncio
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featherchat.clock import Clock, SystemClock
from featherchat.code.files import list_files
from featherchat.code.repository import Repository, find_root, git_missing, normalized_origin
from featherchat.config import Config, load_config
from featherchat.embedders.base import Embedder
from featherchat.embedders.opening import open_embedder
from featherchat.errors import NotTrusted, UsageError
from featherchat.memory import AdrStatus, Kind, Layer, Status
from featherchat.ranking import DecayPolicy, Fusion
from featherchat.recall.memories import Memories, Progress
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.store.base import Counts
from featherchat.store.places import Match, Places, ProjectKeys, Registry
from featherchat.store.registry_file import KnownProject

if TYPE_CHECKING:
    # The chat and its tools are loaded at the first question to a model, not before.
    from featherchat.capture.documents import Report, Step
    from featherchat.capture.planning import Plan
    from featherchat.chat.session import Session
    from featherchat.messages import Learned
    from featherchat.providers.base import Provider
    from featherchat.store.transcripts import Turn

NEW_PROJECT = "new"
"""Chosen in place of a project's id, to begin a new one."""
_CARD_DECISIONS = 20
_EMAIL, _ORIGIN = "user.email", "remote.origin.url"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a person asked for when a project is opened."""

    folder: Path
    trust: bool = False
    """Trust the folder from now on, without a question."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings from the command line, as ``section.key``."""

    choose: str | None = None
    """The id of the project that an ambiguous folder belongs to, or ``new``."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The account and the machine that a project is opened in."""

    places: Places
    environment: Mapping[str, str]
    clock: Clock
    provider: "Provider | None" = None
    """Given by tests and the demo; else the settings say which."""

    embedder: Embedder | None = None
    tell: Callable[[str], None] = lambda notice: None
    """Told, from any thread, what a person waits for, such as an embedder's pause."""

    @classmethod
    def default(cls, tell: Callable[[str], None] = lambda notice: None) -> "Surroundings":
        """This account, its environment and the system's clock."""
        return cls(Places.default(), os.environ, SystemClock(), tell=tell)


class Project:
    """A project with all its parts, for the commands and the app."""

    def __init__(
        self,
        known: KnownProject,
        root: Path,
        repository: Repository | None,
        config: Config,
        memories: Memories,
        surroundings: Surroundings,
        developer: str | None,
        notices: Sequence[str],
    ) -> None:
        self.known = known
        self.root = root
        self.repository = repository
        self.config = config
        self.memories = memories
        self.places = surroundings.places
        self.clock = surroundings.clock
        self.developer = developer
        """Who works here: git's user.email."""

        self.notices = tuple(notice for notice in notices if notice)
        self._surroundings = surroundings
        fusion = Fusion(config.recall.fusion)
        self.retriever = Retriever(memories, self.clock, developer, fusion=fusion)

    @classmethod
    async def open(cls, opening: Opening, surroundings: Surroundings) -> "Project":
        """Open the project around a folder, making its store if there is none.

        Raises:
            NotTrusted: If nobody has said yet that the folder may be read.
            UsageError: If the folder cannot be a project, or may be one of several.
            StoreError: If the store cannot be used.
        """
        repository = Repository.open(opening.folder)
        root = repository.root if repository else find_root(opening.folder)
        # One question to git instead of two: a process costs 3 ms of each start.
        settings = repository.configured(_EMAIL, _ORIGIN) if repository else {}
        keys = _keys_of(root, repository, settings.get(_ORIGIN))
        registry = Registry(surroundings.places, surroundings.clock)
        if opening.trust:
            registry.trust(keys)
        elif not registry.is_trusted(keys):
            raise NotTrusted(root)
        user_file = surroundings.places.config / "config.toml"
        config = load_config(user_file, root, surroundings.environment)
        config = config.with_options(opening.options)
        match = _chosen(registry, keys, opening.choose)
        known = match.project or registry.create(keys)
        notices = [registry.notice, match.notice, _git_notice(root, repository)]
        store = Path(config.store.path).expanduser() if config.store.path else known.store
        if config.store.path and not store.exists():
            notices.append(f"{store} did not exist: a new store is made there.")
        embedder = surroundings.embedder or _embedder(config, surroundings)
        cache = surroundings.places.cache / known.id
        memories = await Memories.open(
            store, cache, surroundings.clock, embedder, config.store.busy_timeout
        )
        return cls(
            known, root, repository, config, memories, surroundings, settings.get(_EMAIL), notices
        )

    async def close(self) -> None:
        """Close every part, the last one opened first."""
        try:
            if "provider" in self.__dict__ and self.provider is not None:
                await self.provider.aclose()
        finally:
            await self.memories.close()

    @property
    def name(self) -> str:
        """What the project is called."""
        return self.known.name

    @functools.cached_property
    def provider(self) -> "Provider | None":
        """The model's server; None when memory answers alone.

        Raises:
            ConfigError: If the settings name none that exists.
            KeyRejected: If a provider is named and its key is missing.
        """
        from featherchat.providers.keyring import key_from_keyring
        from featherchat.providers.opening import open_provider

        if self._surroundings.provider is not None:
            return self._surroundings.provider
        return open_provider(
            self.config.model.provider,
            base_url=self.config.model.base_url or None,
            environment=self._surroundings.environment,
            keyring_key=key_from_keyring,
        )

    async def use_key(self, key: str) -> None:
        """Let Anthropic answer with a key that is kept for this run only.

        Raises:
            KeyRejected: If it cannot be a key.
        """
        from featherchat.providers.opening import open_provider

        opened = open_provider("anthropic", environment={"ANTHROPIC_API_KEY": key})
        before, self.provider = self.__dict__.get("provider"), opened
        if before is not None:
            await before.aclose()

    def choose_model(self, name: str) -> None:
        """Let another model answer from the next session or ``continue_session`` on."""
        self.config = self.config.with_options({"model.name": name})

    @property
    def model(self) -> str:
        """The model that answers; empty when none is set up."""
        from featherchat.providers.models import DEFAULT_CHAT_MODEL

        if self.provider is None:
            return ""
        default = DEFAULT_CHAT_MODEL if self.provider.name != "openai" else ""
        return self.config.model.name or default

    @property
    def background_model(self) -> str:
        """The cheap model that distils turns."""
        from featherchat.providers.models import DEFAULT_BACKGROUND_MODEL

        anthropic = self.provider is not None and self.provider.name == "anthropic"
        default = DEFAULT_BACKGROUND_MODEL if anthropic else self.model
        return self.config.model.background or default

    @property
    def policy(self) -> DecayPolicy:
        """How memories fade here."""
        return DecayPolicy(self.config.recall.half_life, self.config.recall.time_weight)

    def files(self) -> list[str]:
        """Every file that is not ignored. Slow in a large repository: run it in a thread."""
        return list_files(self.root, self.repository)

    async def counts(self) -> Counts:
        """How many memories there are."""
        return await self.memories.counts()

    # Learning

    async def plan_learning(self) -> "Plan":
        """What learning the documents would do now."""
        from featherchat.capture.planning import make_plan, record_folders

        known = await self.memories.documents()

        def read() -> "Plan":
            folders = record_folders(self.root, self.config.adr.dir)
            redacted = self.memories.redacted
            return make_plan(self.root, self.files(), known, self.config.learn, redacted, folders)

        return await asyncio.to_thread(read)

    async def learn(self, plan: "Plan", step: "Step" = lambda done, total: None) -> "Report":
        """Store what a plan has read; meaning follows with ``give_meaning``."""
        from featherchat.capture.documents import Learner

        dates = await asyncio.to_thread(self._record_dates, plan)
        learner = Learner(self.memories, self.clock, self.developer)
        report = await learner.learn(plan, dates, step)
        await self.memories.ask(lambda store: store.flush())
        return report

    async def give_meaning(self, progress: Progress = lambda done, total: None) -> int:
        """Embed what is pending; stops when cancelled and goes on at the next call."""
        return await self.memories.embed_pending(progress)

    async def learn_from(self, turn: "Turn") -> "Learned":
        """Distil a finished turn.

        Raises:
            ProviderError: If the background model could not be asked.
        """
        from featherchat.capture.distiller import Distiller
        from featherchat.messages import Learned

        if not self.config.learn.conversations:
            return Learned(turn.id)
        distiller = Distiller(
            self.memories, self.clock, self.provider, self.background_model, self.developer
        )
        return await distiller.distil(turn)

    # Talking

    async def new_session(self) -> "Session":
        """A new conversation; it is stored with its first turn."""
        from featherchat.store.transcripts import ChatSession

        now = self.clock.now()
        branch = self.repository.branch() if self.repository else None
        return await self._session(
            ChatSession(self.clock.new_id(), "", now, now, self.developer, branch)
        )

    async def resume_session(self, session_id: str | None = None) -> "Session | None":
        """An earlier conversation by its id or the end of it, the last one if none is named.

        Raises:
            InvalidValue: If several are meant.
        """
        head = await self.memories.ask(lambda store: store.transcripts.session_of(session_id or ""))
        return None if head is None else await self._session(head)

    async def continue_session(self, session: "Session | None") -> "Session":
        """The same conversation with the settings of now, such as another model."""
        return await (self.new_session() if session is None else self._session(session.head))

    async def _session(self, head: Any) -> "Session":
        from featherchat.chat.session import Parts, Session
        from featherchat.chat.tools import Toolbox

        turns = await self.memories.ask(lambda store: store.transcripts.turns(head.id))
        parts = Parts(
            self.memories,
            self.retriever,
            Toolbox(self.root, self.files, self.retriever, self.memories.redacted),
            self.provider,
            self.model,
            self.config,
            self.clock,
            await self._prefix(),
        )
        return Session(head, parts, turns)

    async def _prefix(self) -> str:
        """The system prompt: facts about the store and the project card, as of now."""
        from featherchat.recall.context import frozen_prefix, project_card

        readme = await self.memories.find(
            Filter(layers=(Layer.PROJECT,), path="[Rr][Ee][Aa][Dd][Mm][Ee]*")
        )
        decisions = await self.memories.find(
            Filter(
                kinds=(Kind.DECISION,),
                statuses=(Status.ACTIVE,),
                attributes={"adr_status": AdrStatus.ACCEPTED.value},
            ),
            _CARD_DECISIONS,
        )
        pinned = [
            memory
            for memory in await self.memories.pinned()
            # Preferences are private to the developer who has them.
            if memory.layer is not Layer.DEVELOPER or memory.developer == self.developer
        ]
        counts = await self.memories.counts()
        card = project_card(readme[::-1], decisions, pinned)
        return frozen_prefix(self.name, card, self.memories.path, counts)

    def _record_dates(self, plan: "Plan") -> Mapping[str, float]:
        if self.repository is None or not plan.records:
            return {}
        folders = {
            os.path.dirname(each.file.path) or "."  # noqa: PTH120 - a path inside git
            for each in plan.documents
            if each.decision is not None and each.drafts.dated is None
        }
        dates: dict[str, float] = {}
        for folder in sorted(folders):
            dates.update(self.repository.added_times(folder))
        return dates


def _keys_of(root: Path, repository: Repository | None, origin: str | None) -> ProjectKeys:
    """What a folder is recognized by."""
    if repository is None:
        # Without git, the id in its folder is still there to be found.
        git_folder = root / ".git"
        return ProjectKeys(root, git_folder if git_folder.is_dir() else None)
    address = normalized_origin(origin) if origin else None
    return ProjectKeys(root, repository.common_dir, address, repository.smallest_root_commit)


def _chosen(registry: Registry, keys: ProjectKeys, choice: str | None) -> Match:
    match = registry.lookup(keys)
    if match.project is not None or not match.candidates:
        return match
    if choice == NEW_PROJECT:
        return Match(None)
    if choice is not None:
        return registry.adopt(choice, keys)
    names = "; ".join(
        f"{project.name} ({', '.join(project.paths) or 'no known folder'}): --project {project.id}"
        for project in match.candidates
    )
    raise UsageError(
        f"{keys.folder} may belong to a known project: {names}.",
        hint=f"Say which with --project ID, or begin a new one with --project {NEW_PROJECT}.",
    )


def _git_notice(root: Path, repository: Repository | None) -> str:
    if repository is None and git_missing() and (root / ".git").exists():
        return "git is not installed: commits are not known, and ignored files are guessed."
    return ""


def _embedder(config: Config, surroundings: Surroundings) -> Embedder | None:
    settings = config.embedder
    return open_embedder(
        settings.name,
        model=settings.model or None,
        key=surroundings.environment.get("VOYAGE_API_KEY"),
        base_url=settings.base_url or None,
        threads=settings.threads,
        on_retry=lambda reason, seconds: surroundings.tell(
            f"{reason} Trying again in {seconds:.0f} s."
        ),
    )
