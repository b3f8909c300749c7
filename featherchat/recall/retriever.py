"""What memory has to say to a question: found, fused, scored, and told apart by layer.

Words and meaning are fused into one relevance, a decision speaks for its whole
record, superseded memories give way to their successors, and the adaptive score
orders what is left. Whether memory answers at all is decided before any of that,
on raw evidence. One embedding, one trip to the store (``finding``).
"""

import asyncio
import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.fusion import Fusion, FusionWeights
from featherchat.ranking import DecayPolicy
from featherchat.recall.episodes import answered, episodes
from featherchat.recall.finding import Inquiry, Recall
from featherchat.recall.memories import Memories
from featherchat.recall.recurring import subject_words
from featherchat.recollection import Filter, Recollection

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector


class Retriever:
    """Answers questions from a project's memories."""

    def __init__(
        self,
        memories: Memories,
        clock: Clock,
        developer: str | None = None,
        weights: FusionWeights = FusionWeights(),
        fusion: Fusion = Fusion.WEIGHTED,
    ) -> None:
        """Keep the parts.

        Args:
            memories: What is asked.
            clock: For ages.
            developer: Whose preferences are told; nobody else's are.
            weights: The shares of words and meaning in a relevance.
            fusion: How words and meaning become one; by ranks, the weights do not count.
        """
        self._memories = memories
        self._clock = clock
        self._developer = developer
        self._weights = weights
        self._fusion = fusion

    def asking(self, memories: Memories, clock: Clock) -> "Retriever":
        """The same retriever for other memories, such as those of the past."""
        other = copy.copy(self)
        other._memories, other._clock = memories, clock
        return other

    async def recall(
        self,
        question: str,
        k: int = 10,
        where: Filter = Filter(),
        policy: DecayPolicy = DecayPolicy(),
        *,
        words_only: bool = False,
        abstain: bool = True,
        reinforce: bool = False,
        hops: int = 0,
        layers: bool = False,
        explain: bool = False,
        paths: Sequence[str] = (),
    ) -> Recall:
        """What the project remembers about a question.

        Args:
            question: What a person typed; nothing in it is query syntax.
            k: The most that is found in the one list over all layers.
            where: Which memories are asked.
            policy: Half-lives and the weight of time.
            words_only: Do not ask the embedder.
            abstain: Say nothing when the evidence is too thin.
            reinforce: Count a recall of what is found.
            hops: How far to walk from the best hits along typed edges, in both directions,
                inside the namespace and filter; what is reached stands behind the hits, each
                with its trail, and each step halves the relevance that is handed on.
            layers: Rank within each layer, too, for a prompt.
            explain: Say what was nearly found, too, with the reason why it was not.
            paths: The files of a change that the question describes, relative to the project's
                root: what they, or earlier changes of them, are linked with is found, too, and
                what was decided lately comes first, whatever its status.
        """
        vector = None if words_only else await self._embedded(question)
        asked = Inquiry(
            question,
            vector,
            self._clock.now(),
            k,
            where,
            policy,
            self._developer,
            self._weights,
            self._fusion,
            self._threshold(vector),
            abstain,
            hops,
            layers,
            explain,
            tuple(paths),
        )
        recall = await self._memories.consult(
            # Another embedder's vectors may have come into force meanwhile.
            lambda store, comparable: answered(
                store, asked if comparable else replace(asked, vector=None)
            )
        )
        if reinforce:
            self._memories.reinforce([each.memory.id for each in recall.found])
        return replace(recall, notice=self._memories.notice or await self._lacking(recall))

    async def _lacking(self, recall: Recall) -> str:
        """What nothing was found for want of: an answer a minute later may be another one."""
        pending = 0 if recall.found else (await self._memories.counts()).pending
        if not pending:
            return ""
        if pending == 1:
            return "1 memory is found by its words alone until its meaning is learnt."
        return f"{pending:,} memories are found by their words alone until their meaning is learnt."

    async def episodes(
        self, subject: str, where: Filter = Filter(), policy: DecayPolicy = DecayPolicy()
    ) -> tuple[Recollection, ...]:
        """Every time that something about a subject happened, the oldest first."""
        asked = Inquiry(subject, None, self._clock.now(), 0, where, policy)
        words = subject_words(subject)
        return await self._memories.consult(lambda store, _: episodes(store, words, asked))

    async def _embedded(self, question: str) -> "Vector | None":
        """The question's vector; the indexes are loaded while the model loads and runs."""
        embedder = self._memories.embedder
        if embedder is None or self._memories.notice:
            return None
        vector, _ = await asyncio.gather(
            self._memories.embed_question(question),
            self._memories.prepare(),
        )
        return vector

    def _threshold(self, vector: "Vector | None") -> float | None:
        embedder = self._memories.embedder
        return None if embedder is None or vector is None else embedder.identity.answer_threshold
