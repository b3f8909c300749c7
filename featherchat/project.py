"""One open project: builds every part from the settings, wires them, closes them.

Nothing below knows the whole; nothing above builds a part. Opening reads no file
of the repository but git's own, unless the folder is trusted.
"""

import asyncio
import functools
import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from featherchat.code.files import list_files
from featherchat.errors import FeatherchatError
from featherchat.finding import NEW_PROJECT, Found, Opening
from featherchat.fusion import Fusion
from featherchat.ranking import DecayPolicy
from featherchat.recall.layered import LayeredMemories
from featherchat.recall.memories import Memories
from featherchat.recall.opening import open_memories
from featherchat.recall.own import StorePlace
from featherchat.recall.retriever import Retriever
from featherchat.recall.vectors import Progress
from featherchat.recall.viewing import Viewer
from featherchat.store.base import Counts
from featherchat.surroundings import Surroundings
from featherchat.upkeep import Upkeep

if TYPE_CHECKING:
    # The chat and its tools are loaded at the first question to a model, not before.
    from featherchat.capture.background import Background
    from featherchat.capture.distiller import Heard
    from featherchat.capture.documents import Report, Step
    from featherchat.capture.following import Follower
    from featherchat.capture.gate import Gate
    from featherchat.capture.keeper import Keeper
    from featherchat.capture.planning import Plan
    from featherchat.capture.recorder import Recorder
    from featherchat.capture.saves import Saves
    from featherchat.capture.suggesting import Suggester
    from featherchat.capture.summaries import Summaries
    from featherchat.chat.editing import Edits
    from featherchat.chat.session import Session
    from featherchat.messages import Learned
    from featherchat.providers.base import Provider
    from featherchat.store.transcripts import Turn

__all__ = ["NEW_PROJECT", "Opening", "Project", "Surroundings"]


class Project:
    """A project with all its parts, for the commands and the app."""

    def __init__(
        self, found: Found, memories: LayeredMemories, surroundings: Surroundings, *notices: str
    ) -> None:
        self.known = found.known
        self.root = found.root
        self.repository = found.repository
        self.config = found.config
        self.memories = memories
        self.places = surroundings.places
        self.clock = surroundings.clock
        self.developer = found.developer
        """Who works here: git's user.email, or the first address that it is joined with."""

        self.addresses = found.addresses
        """Every address of this developer."""

        self.notices = tuple(notice for notice in (*found.notices, *notices) if notice)
        self._surroundings = surroundings
        self._cache = found.cache
        self._upkeep = Upkeep(
            memories, self.clock, self.config.store.busy_timeout, surroundings.tell
        )
        fusion = Fusion(self.config.recall.fusion)
        self.retriever = Retriever(memories, self.clock, found.developer, fusion=fusion)

    @classmethod
    async def open(cls, opening: Opening, surroundings: Surroundings) -> "Project":
        """Open the project around a folder, making its store if there is none.

        Raises:
            NotTrusted: If nobody has said yet that the folder may be read.
            UsageError: If the folder cannot be a project, or may be one of several.
            StoreError: If the store cannot be used.
        """
        found = surroundings.find(opening)
        embedder = surroundings.open_embedder(found.config)
        timeout, places = found.config.store.busy_timeout, surroundings.places
        memories, notices = await open_memories(
            StorePlace(found.store, found.cache, timeout),
            StorePlace(places.developer_store, places.developer_cache, timeout),
            Viewer(found.developer, found.addresses, found.known.id),
            surroundings.clock,
            embedder,
        )
        project = cls(found, memories, surroundings, *notices)
        project._upkeep.begin()
        return project

    async def close(self) -> None:
        """Close every part, the last one opened first."""
        try:
            await self._upkeep.settled()
            if "summaries" in self.__dict__ and self.summaries is not None:
                await self.summaries.close()
            if "following" in self.__dict__:
                await self.following.close()
            if "learning" in self.__dict__:
                await self.learning.close()
            if "provider" in self.__dict__ and self.provider is not None:
                await self.provider.aclose()
        finally:
            await self.memories.close()

    @property
    def personal(self) -> Memories | None:
        """The developer's own memories, which ``memories`` asks, too.

        None until there are some, or when their store cannot be opened.
        """
        return self.memories.own

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
        return self._surroundings.open_provider(self.config)

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

    @functools.cached_property
    def gate(self) -> "Gate":
        """What every memory passes before it is written."""
        from featherchat.capture.gate import Gate

        return Gate(self.memories, self.clock, self.developer, self.config.learn.policy, self.root)

    @functools.cached_property
    def learning(self) -> "Background":
        """What learns from conversations, beside them."""
        from featherchat.capture.background import Background

        return Background(self.memories, self.gate, self.clock, self.config.learn, self.developer)

    async def plan_learning(self) -> "Plan":
        """What learning the documents would do now."""
        from featherchat.capture.planning import make_plan
        from featherchat.code.record_files import record_folders

        known = await self.memories.documents()

        def read() -> "Plan":
            files, adr = self.files(), self.config.adr
            folders = record_folders(self.root, files, adr.dir, adr.roots)
            redacted = self.memories.redacted
            return make_plan(self.root, files, known, self.config.learn, redacted, list(folders))

        return await asyncio.to_thread(read)

    async def learn(self, plan: "Plan", step: "Step" = lambda done, total: None) -> "Report":
        """Store what a plan has read; meaning follows with ``give_meaning``."""
        from featherchat.capture.documents import Learner
        from featherchat.capture.importing import record_dates

        dates = await asyncio.to_thread(record_dates, plan.documents, self.repository)
        report = await Learner(self.memories, self.clock, self.developer).learn(plan, dates, step)
        await self.memories.ask(lambda store: store.flush())
        return report

    async def give_meaning(self, progress: Progress = lambda done, total: None) -> int:
        """Embed what is pending; stops when cancelled and goes on at the next call."""
        return await self.memories.embed_pending(progress)

    async def learn_from(
        self, turn: "Turn", patience: float | None = None, heard: "Heard | None" = None
    ) -> "Learned":
        """Distil a finished turn; see ``Distiller.distil``."""
        by = self.provider, self.background_model
        return await self.learning.learn_from(turn, *by, patience, heard)

    async def finish_session(self, session_id: str) -> "Learned":
        """Learn from what is left of a session that ends or is compacted."""
        return await self.learning.finish(session_id, self.provider, self.background_model)

    def pick_up_sessions(self, shown: "Callable[[Learned], None]" = lambda learned: None) -> None:
        """Begin to learn, beside everything else, from what crashed or cut off sessions left."""

        def failed(error: FeatherchatError) -> None:
            self._surroundings.tell(f"Earlier conversations wait to be learnt from: {error}")

        self.learning.pick_up(self.provider, self.background_model, shown, failed)

    @functools.cached_property
    def recorder(self) -> "Recorder | None":
        """What records commits; None without git."""
        from featherchat.capture.recorder import Recorder

        if self.repository is None:
            return None
        return Recorder(self.memories, self.repository, self.clock, self._suggester)

    @functools.cached_property
    def _suggester(self) -> "Suggester":
        from featherchat.capture.suggesting import Suggester

        return Suggester(self.memories, self.retriever, self.clock)

    @functools.cached_property
    def following(self) -> "Follower":
        """What records commits beside everything else."""
        from featherchat.capture.following import Follower

        return Follower(self.recorder, self.config.learn.policy, self._surroundings.tell)

    @functools.cached_property
    def keeper(self) -> "Keeper | None":
        """What keeps memory at commits and saves; None without git, or where that is not wanted."""
        from featherchat.capture.keeper import Keeper
        from featherchat.code.lease import Lease
        from featherchat.code.watching import Watcher
        from featherchat.memory import Kind
        from featherchat.store.mounts import mount_table, remote_type

        unwanted = self.config.learn.policy.get(Kind.CODE_CHANGE) == "off"
        if self.repository is None or unwanted or self.memories.read_only is not None:
            return None
        remote = remote_type(self.root, mount_table())
        polled = f"{self.root} lies on {remote}, which tells nobody of changes" if remote else ""
        tell = self._surroundings.tell
        watcher = Watcher(self.repository, tell, polled=polled)
        # Working trees are watched one by one, whatever store they share.
        mark = hashlib.sha256(os.fsencode(f"{self.root}\0{self.memories.path}")).hexdigest()[:16]
        lease = Lease(self._cache / f"watching-{mark}.lock")
        return Keeper(watcher, lease, self.following, self.summaries, tell)

    @functools.cached_property
    def saves(self) -> "Saves | None":
        """What makes memories of saved files; None without git."""
        from featherchat.capture.saves import Saves

        if self.repository is None:
            return None
        return Saves(self.memories, self.repository, self.clock, self.developer, self._suggester)

    @functools.cached_property
    def summaries(self) -> "Summaries | None":
        """What records saves, and lets a model sum them up; None without git."""
        from featherchat.capture.summaries import Summaries

        if self.repository is None or self.saves is None:
            return None
        return Summaries(
            self.saves,
            self.memories,
            self.repository,
            self.clock,
            self.config.learn,
            lambda: (self.provider, self.background_model),
            self._surroundings.tell,
        )

    # Talking

    @functools.cached_property
    def edits(self) -> "Edits":
        """The edits of files that a person has agreed to, to be taken back."""
        from featherchat.chat.editing import Edits

        return Edits(self.root)

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
        head = await self.memories.ask(
            lambda store: store.transcripts.session_of(session_id or "", self.addresses)
        )
        return None if head is None else await self._session(head)

    async def continue_session(self, session: "Session | None") -> "Session":
        """The same conversation with the settings of now, such as another model."""
        return await (self.new_session() if session is None else self._session(session.head))

    async def _session(self, head: Any) -> "Session":
        from featherchat.chat.mentioned import toolbox_of
        from featherchat.chat.session import Parts, Session

        turns = await self.memories.ask(lambda store: store.transcripts.turns(head.id))
        parts = Parts(
            self.memories,
            self.retriever,
            toolbox_of(self.root, self.files, self.retriever, self.memories, self.edits),
            self.provider,
            self.model,
            self.config,
            self.clock,
            await self._prefix(),
        )
        return Session(head, parts, turns)

    async def _prefix(self) -> str:
        """The system prompt: facts about the store and the project card, as of now."""
        from featherchat.recall.card import card_lines, card_text, fitting
        from featherchat.recall.context import frozen_prefix

        now, counts = self.clock.now(), await self.memories.counts()
        card = card_text(fitting(await card_lines(self.memories), now), now)
        return frozen_prefix(self.name, card, self.memories.path, counts)
