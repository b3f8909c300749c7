"""What is learnt from turns: explicit statements at once, the rest by one call to a cheap model.

Runs after the turn, never in it, one at a time. What the user said outright needs no model.
A model's candidates pass the gate one by one. A turn that could not be sent (no tokens left
today, no network) keeps its mark and is asked about later, together with its session.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from featherchat.capture.affording import afford
from featherchat.capture.answers import Answer, read_answer, request_for
from featherchat.capture.budget import Budget
from featherchat.capture.candidates import Candidate, Evidence, Link, is_private
from featherchat.capture.gate import Gate
from featherchat.capture.reversals import REVERSIBLE, taken_back
from featherchat.capture.sifting import ASK_FIRST, SHOWN_CHARACTERS
from featherchat.capture.statements import Statement, doubt_about, explicit_statements
from featherchat.capture.steps import Step, as_evidence
from featherchat.clock import Clock
from featherchat.errors import ProviderError, ProviderUnreachable
from featherchat.memory import Author, Kind, Memory, RelationType
from featherchat.messages import Learned, ModelRequest, Refusal, TurnStatus
from featherchat.providers.base import Provider
from featherchat.recall.memories import Memories
from featherchat.store.base import Cause
from featherchat.store.transcripts import LEARNABLE, Turn

TRIVIAL_WORDS = 8
"""A turn whose prompt is shorter, and answered shortly, is not worth a call of its own."""

ANSWER_TOKENS = 400
"""What an answer is taken to cost before it is asked for."""

Heard = Callable[[Learned], Awaitable[None]]

_REASON = "learnt from a conversation"


class Distiller:
    """Learns from turns."""

    def __init__(
        self,
        memories: Memories,
        gate: Gate,
        clock: Clock,
        budget: Budget,
        turnstile: asyncio.Lock,
        provider: Provider | None,
        model: str,
        developer: str | None,
    ) -> None:
        self._memories = memories
        self._gate = gate
        self._clock = clock
        self._budget = budget
        self._turnstile = turnstile
        self._provider = provider
        self._model = model
        self._developer = developer

    async def distil(
        self, turn: Turn, patience: float | None = None, heard: Heard | None = None
    ) -> Learned:
        """Learn from a turn that has just ended: statements at once, then by the model.

        A model that cannot be asked is a notice: what was written before has to be told.

        Args:
            turn: What is learnt from.
            patience: Seconds to wait for the model; as long as it takes if there is none.
            heard: Told what the person said outright, before the model is asked.
        """
        if turn.status not in LEARNABLE:
            return Learned(turn.id)
        learned = await self.hear(turn)
        if heard is not None and learned != Learned(turn.id):
            await heard(learned)
        if self._provider is not None and turn.status is TurnStatus.COMPLETE and is_trivial(turn):
            return learned  # its session's end may make sense of it
        try:
            return learned + await self.review([turn], learned.written, patience)
        except ProviderError as error:
            return replace(learned, notice=waits(error))

    async def hear(self, turn: Turn) -> Learned:
        """Take what a person said outright; needs no model."""
        learned, cause = Learned(turn.id), self._cause(turn, Author.USER)
        for each in await self._statements(turn):
            # One by one: the second may take back the first.
            candidate = Candidate(
                each.kind, each.text, each.quote, Author.USER, links=await self._reversal(each)
            )
            learned += await self._gate.admit([candidate], _evidence(turn), cause)
        await self._memories.keep(lambda transcripts: transcripts.unlearnt.heard(turn.id))
        return learned

    async def review(
        self, turns: Sequence[Turn], known: Sequence[Memory] = (), patience: float | None = None
    ) -> Learned:
        """Ask the model about turns of one conversation that have been heard, in one call.

        Raises:
            ProviderError: If it could not be asked, or took too long; the turns keep their marks.
        """
        learned = Learned(turns[-1].id)
        asked = [each for each in turns if each.status is TurnStatus.COMPLETE and each.answer]
        if self._provider is not None and any(not is_trivial(each) for each in asked):
            recalled = [memory_id for each in asked for memory_id in each.recalled]
            found = await self._memories.get(list(dict.fromkeys(recalled)))
            known = [*found.values(), *known]
            earlier = await self._memories.ask(
                lambda store: store.transcripts.turn_before(asked[0])
            )
            request = request_for(self._model, asked, earlier, known)
            try:
                async with asyncio.timeout(patience), self._turnstile:
                    answer = await self._afford(self._provider, request, asked, known)
            except TimeoutError as error:
                raise ProviderUnreachable(
                    f"{self._model} took longer than {patience:g} s.",
                    hint="Nothing needs to be done: the next start learns from the turn.",
                ) from error
            if answer is None:
                return replace(learned, notice=self._budget.notice_once())
            learned = await self._judge(answer, asked)
        done = [each.id for each in turns]
        await self._memories.keep(lambda transcripts: transcripts.unlearnt.learnt(done))
        return learned

    async def _judge(self, answer: Answer, turns: Sequence[Turn]) -> Learned:
        """Let what a model proposes pass the gate, each beside the turn that its quote is of."""
        learned = Learned(turns[-1].id)
        refusals = list(answer.refusals)
        by_turn: dict[str, list[Candidate]] = {}
        quotes: set[tuple[str, str]] = set()
        for candidate in answer.candidates:
            turn = _turn_of(candidate, turns)
            words = (candidate.kind, as_evidence(candidate.quote))
            if words in quotes:
                refusals.append(_refused("the same words as another candidate", candidate))
            elif doubt := await self._doubt(candidate, turn):
                refusals.append(_refused(f"its quote is {doubt}", candidate, Step.QUOTE))
            elif _is_said(candidate, await self._statements(turn)):
                refusals.append(_refused("noted already in the developer's own words", candidate))
            else:
                quotes.add(words)
                by_turn.setdefault(turn.id, []).append(candidate)
        refusals = [self._fit_to_show(each) for each in refusals]
        await self._gate.count(refusals)
        for turn in turns:
            if turn.id in by_turn:
                cause = self._cause(turn, Author.ASSISTANT)
                learned += await self._gate.admit(by_turn[turn.id], _evidence(turn), cause)
        refused = tuple(each.reason for each in refusals)
        return learned + Learned(learned.turn_id, refused=refused, refusals=tuple(refusals))

    def _cause(self, turn: Turn, actor: str) -> Cause:
        now = self._clock.now()
        return Cause(self._clock.new_id(), now, actor, _REASON, turn.session_id, turn.id)

    def _fit_to_show(self, refusal: Refusal) -> Refusal:
        redacted = self._memories.redacted
        text = redacted(refusal.text)[:SHOWN_CHARACTERS]
        return replace(refusal, reason=redacted(refusal.reason), text=text)

    async def _doubt(self, candidate: Candidate, turn: Turn) -> str:
        """Why what a candidate makes binding was said without binding anybody."""
        if candidate.kind not in ASK_FIRST:
            return ""
        return await asyncio.to_thread(doubt_about, candidate.quote, turn.prompt)

    async def _reversal(self, statement: Statement) -> tuple[Link, ...]:
        """The link to what a statement plainly takes back."""
        if statement.kind not in REVERSIBLE:
            return ()
        text = self._memories.redacted(statement.text)
        old = await self._memories.consult(
            lambda store, _: taken_back(store, text, self._developer)
        )
        return (Link(old.id, RelationType.SUPERSEDES),) if old is not None else ()

    async def _statements(self, turn: Turn) -> list[Statement]:
        # Off the loop: a prompt may be a piped log of megabytes.
        return await asyncio.to_thread(explicit_statements, turn.prompt)

    async def _afford(
        self,
        provider: Provider,
        request: ModelRequest,
        turns: Sequence[Turn],
        known: Sequence[Memory],
    ) -> Answer | None:
        """The model's answer; None when the day has too few tokens left for it."""
        reply = await afford(self._budget, provider, request, ANSWER_TOKENS)
        if reply is None:
            return None
        if not reply.ended:
            return Answer((), (Refusal(Step.SCHEMA, "the model did not come to its end", ""),))
        return read_answer(reply.text, turns, known)


def waits(error: ProviderError) -> str:
    """What a person is told of turns that a model could not be asked about yet."""
    return f"Some turns wait to be learnt from: {error}"


def is_trivial(turn: Turn) -> bool:
    """Whether a turn is too short to be worth a call of its own."""
    return len(turn.prompt.split()) < TRIVIAL_WORDS and len(turn.answer.split()) < 4 * TRIVIAL_WORDS


def _evidence(turn: Turn) -> Evidence:
    return Evidence(turn.prompt, turn.answer, recalled=turn.context)


def _turn_of(candidate: Candidate, turns: Sequence[Turn]) -> Turn:
    """The turn that a quote stands in; the last one if it stands in none, and will be refused."""
    quote = as_evidence(candidate.quote)
    for turn in turns:
        if quote in as_evidence(turn.prompt) or quote in as_evidence(turn.answer):
            return turn
    return turns[-1]


def _is_said(candidate: Candidate, statements: Sequence[Statement]) -> bool:
    """Whether a candidate repeats a statement; an option that it rejects is another matter."""
    quote = as_evidence(candidate.quote)
    return any(
        (quote in as_evidence(each.quote) or as_evidence(each.quote) in quote)
        and not (candidate.kind == Kind.ALTERNATIVE and each.kind == Kind.DECISION)
        for each in statements
    )


def _refused(reason: str, candidate: Candidate, step: Step = Step.DUPLICATE) -> Refusal:
    return Refusal(step, reason, candidate.text, is_private(candidate.kind))
