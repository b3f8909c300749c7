"""The lines of the memory strip: pure functions from values and a width to content.

Two lines a memory on a wide screen, four on a narrow one. Every number is the
scorer's own (``ScoreParts``), none is computed here.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from textual.content import Content

from featherchat.commands.signs import (
    REJECTED,
    SUPERSEDED,
    UNCONFIRMED,
    sign_of,
    source_words,
    title_words,
)
from featherchat.commands.wording import age, bar, counted, kind_words, shorten_path, shown_line
from featherchat.memory import Author, Memory, Status
from featherchat.messages import Contradiction, Learned, MemoriesRecalled, Omission, Refusal
from featherchat.recall.context import rejection_words
from featherchat.recollection import NearDuplicate, Recollection, Rejection, ScoreParts

WIDE = 96
"""Columns from which on a memory's kind, source and score stand on its title's line."""

MUTED = "$foreground-muted"
_BAR_WIDTH = 9
_NAME_WIDTH = 32
_BRIEF_NAME_WIDTH = 12
_KNOWN_ALREADY = "duplicate"
"""The step of the gate whose refusals are no news: it stands in the open strip only."""


def fit(text: str, width: int) -> str:
    """The text cut or padded to a width in columns, with ``…`` where it was cut."""
    return Content(text).truncate(max(width, 0), ellipsis=True, pad=True).plain


def headline(
    recalled: MemoriesRecalled | None,
    learned: Learned | None,
    gone: Collection[str] = (),
    room: int = 0,
) -> Content:
    """The closed strip: ``recalled 4 · learned 1 ◐ · none contradicted``.

    Args:
        recalled: What memory gave, once that is known.
        learned: What was written after the turn, once that is known.
        gone: The ids of what was written and is there no more.
        room: Columns that there are; 0 for as many as it takes. In few it says less.
    """
    words = _headline_words(recalled, learned, gone, brief=False)
    if room and Content(words).cell_length > room:
        words = _headline_words(recalled, learned, gone, brief=True)
    return Content(words)


def _headline_words(
    recalled: MemoriesRecalled | None,
    learned: Learned | None,
    gone: Collection[str],
    *,
    brief: bool,
) -> str:
    pieces: list[str] = []
    if recalled is not None:
        pieces += [_recalled_words(recalled), *_warning(recalled, brief=brief)]
    if learned is not None:
        pieces += _learned_words(learned, gone, brief=brief)
    if recalled is not None and recalled.notice:
        pieces.append(shown_line(recalled.notice))
    return " · ".join(pieces)


def _recalled_words(recalled: MemoriesRecalled) -> str:
    found = len(recalled.recollections)
    return f"recalled {found}" if found else "0 memories matched"


def _warning(recalled: MemoriesRecalled, *, brief: bool) -> list[str]:
    """What the question names and was turned down before."""
    names = [shown_line(each.name) for each in recalled.rejected if each.named]
    if not names:
        return []
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    width = _BRIEF_NAME_WIDTH if brief else _NAME_WIDTH
    name = names[0] if len(names[0]) <= width else names[0][: width - 1] + "…"
    before = "" if brief else " before"
    return [f"{REJECTED.mark} turned down{before}: {name}{'' if brief else more}"]


def _learned_words(learned: Learned, gone: Collection[str], *, brief: bool) -> list[str]:
    new, waiting = len(learned.written), len(learned.candidates)
    words = f"learned {new + waiting}" if new + waiting else "nothing learned"
    if waiting:
        word = "" if brief else " unconfirmed"
        words += f" ({waiting} {UNCONFIRMED.mark}{word})" if new else f" {UNCONFIRMED.mark}"
    lost = sum(each.id in gone for each in (*learned.written, *learned.candidates))
    if lost:
        words += f", {'all' if lost == new + waiting > 1 else lost} taken back"
    known = sum(each.step == _KNOWN_ALREADY for each in learned.refusals)
    refused = len(learned.refused) - known
    refusals = [f"{refused} refused"] if refused > 0 else []
    count = len(learned.contradicted)
    contradicted = f"{count or ('0' if brief else 'none')} contradicted"
    # What is said last is what a narrow screen may cut.
    return [words, contradicted, *refusals] if brief else [words, *refusals, contradicted]


def question_line(question: str, recalled: MemoriesRecalled, width: int) -> Content:
    """What was asked of memory, and how much of it answered."""
    found = len(recalled.recollections)
    right = (
        f"{found} of {recalled.total:,}" if recalled.total else counted(found, "memory", "memories")
    )
    if recalled.near_misses:
        right += ", " + counted(len(recalled.near_misses), "near miss", "near misses")
    left = f'recalled for "{shown_line(question)}"' if question else "recalled"
    return Content.assemble((fit(left, width - len(right) - 2), MUTED), "  ", (right, MUTED))


def recollection_lines(found: Recollection, now: float, width: int) -> Content:
    """A recalled memory: what it is, where it comes from, and why it stands there."""
    memory, sign = found.memory, sign_of(found.memory)
    relevance, recency, weight = parts_words(found.parts)
    score = f"{found.score:.2f}"
    old = f"{age(now - memory.created_at):>4}"
    share = bar(found.score, _BAR_WIDTH)
    if width >= WIDE:
        room = width - 2 - 12 - 2 - 4 - 2 - 22 - 2 - _BAR_WIDTH - 5
        return Content.assemble(
            (sign.mark + " ", "$accent"),
            (fit(kind_words(memory.kind), 12), MUTED),
            (fit(title_words(memory), room), "bold"),
            (f"  {old}  ", MUTED),
            (fit(shorten_path(source_words(memory.source), 22), 22), MUTED),
            "  ",
            (f"{share:<{_BAR_WIDTH}}", "$accent"),
            f" {score}\n",
            (fit(f"  {relevance}   {recency}   {weight}", width), MUTED),
            *_notes(found, _standing(memory), width),
        )
    about = (kind_words(memory.kind), _standing(memory), source_words(memory.source))
    return Content.assemble(
        (sign.mark + " ", "$accent"),
        (fit(title_words(memory), width - 13), "bold"),
        (f"  {old}", MUTED),
        f" {score}\n",
        (fit("  " + " · ".join(word for word in about if word), width), MUTED),
        *_on_lines(relevance.partition(" → "), width),
        *_on_lines((recency, "   ", weight), width),
        *_notes(found, "", width),
    )


def _standing(memory: Memory) -> str:
    return "out of use" if memory.status is Status.RETIRED else sign_of(memory).word


def _on_lines(pair: tuple[str, str, str], width: int) -> list[tuple[str, str] | str]:
    """Two texts and what joins them, on one new line if they fit, else on two."""
    first, joint, second = pair
    together = f"  {first}{joint}{second}"
    split = [f"  {first}", f"  {joint.lstrip()}{second}"]
    lines = [together] if len(together) <= width else split
    return [part for line in lines for part in ("\n", (fit(line, width), MUTED))]


def _notes(found: Recollection, word: str, width: int) -> list[tuple[str, str] | str]:
    words = [word] if word not in ("", "accepted") else []
    if found.replaces:
        words.append(
            "stands for " + counted(len(found.replaces), "superseded memory", "superseded memories")
        )
    if found.trail:
        words.append(
            "reached by " + " → ".join(step.relation.replace("_", " ") for step in found.trail)
        )
    if found.note:
        words.append(found.note)
    return ["\n", (fit("  " + shown_line(" · ".join(words)), width), MUTED)] if words else []


def parts_words(parts: ScoreParts) -> tuple[str, str, str]:
    """A score's parts in words: relevance, recency, weight."""
    relevance = f"words {parts.words:.2f} · meaning {parts.meaning:.2f}"
    if parts.share_anchors:
        relevance += f" · files {parts.anchors:.2f}"
    if parts.graph:
        relevance += f" · graph {parts.graph:.2f}"
    relevance += f" → relevance {parts.relevance:.2f}"
    if parts.held:
        why = "held by status"
    elif parts.half_life is None:
        why = "does not decay"
    else:
        why = f"({parts.age_days:.0f} d, stickiness {parts.stickiness:.1f})"
    exponent = {1.0: "", 0.25: "^¼"}.get(parts.weight_exponent, f"^{parts.weight_exponent:g}")
    return relevance, f"recency {parts.recency:.2f} {why}", f"weight {parts.weight:.2f}{exponent}"


def rejection_row(rejection: Rejection, width: int) -> Content:
    """What was turned down before: ``✕ rejected 2026-03-04: Zustand, state is shallow``."""
    words = shown_line(rejection_words(rejection))
    return Content.assemble((f"{REJECTED.mark} ", "$accent"), (fit(words, width - 2), "bold"))


def near_miss_line(found: Recollection, now: float, width: int) -> Content:
    """A memory that nearly matched, with the reason why it was left out."""
    why = found.note or f"below the floor: relevance {found.parts.relevance:.2f}"
    return _labelled("near miss", found.memory, age(now - found.memory.created_at), why, width)


def omission_line(omission: Omission, now: float, width: int) -> Content:
    """A memory that matched and had no place in the prompt."""
    memory = omission.memory
    return _labelled("left out", memory, age(now - memory.created_at), omission.reason, width)


def learned_line(label: str, memory: Memory, question: str, width: int) -> Content:
    """A memory written after the turn: what is remembered, and whose words it rests on."""
    sign = sign_of(memory)
    said = shown_line(memory.text)
    origin = f"{kind_words(memory.kind)}, {_origin(memory, question)}"
    origin += f", {sign.word}" if sign.word else ""
    room = max(width - 16 - len(origin) - 2, 16)
    return Content.assemble(
        (f"  {label:<12}", MUTED),
        (sign.mark + " ", "$accent"),
        fit(f'"{said}"', room) if width >= WIDE else fit(f'"{said}"', width - 16),
        ("  " + origin if width >= WIDE else "\n" + fit(" " * 16 + origin, width), MUTED),
    )


def _origin(memory: Memory, question: str) -> str:
    author = memory.source.author
    if author == Author.USER:
        return "from you"
    if author != Author.ASSISTANT:
        return f"from {shown_line(author)}"
    quote = " ".join((memory.source.quote or "").casefold().split())
    yours = quote and quote in " ".join(question.casefold().split())
    return "from your words" if yours else "from the answer"


def alike_line(near: NearDuplicate, now: float, width: int) -> Content:
    """A memory that says nearly the same as what was written, and how nearly."""
    old = age(now - near.memory.created_at)
    return _labelled("similar to", near.memory, old, f"{near.score:.2f} alike", width)


def superseded_line(pair: Contradiction, width: int) -> Content:
    """What took the place of what, and what told so."""
    return _pair("superseded", f"{SUPERSEDED.mark} ", pair, width)


def review_line(pair: Contradiction, width: int) -> Content:
    """Two memories that do not both hold: a person says which one does."""
    return _pair("contradicts", f"{UNCONFIRMED.mark} ", pair, width)


def _pair(label: str, mark: str, pair: Contradiction, width: int) -> Content:
    joint = " ← "
    half = (width - 16 - len(joint)) // 2
    return Content.assemble(
        (f"  {label:<12}", MUTED),
        (mark, "$accent"),
        fit(title_words(pair.old), half).rstrip(),
        (joint, MUTED),
        (fit(title_words(pair.new), half).rstrip() + "\n", ""),
        (fit(" " * 16 + shown_line(pair.reason), width), MUTED),
    )


def refusal_line(refusal: Refusal, width: int) -> Content:
    """What was proposed and not learnt, and why."""
    said = f'"{shown_line(refusal.text)}"' if refusal.text else ""
    return Content.assemble(
        (f"  {'not learnt':<12}", MUTED),
        (fit(f"{shown_line(refusal.reason)} {said}".strip(), width - 14), MUTED),
    )


def renewed(recalled: MemoriesRecalled, known: Mapping[str, Memory]) -> MemoriesRecalled:
    """What was recalled, with those memories as they are now; places and scores stay."""

    def now(memory: Memory) -> Memory:
        return known.get(memory.id, memory)

    return replace(
        recalled,
        recollections=tuple(replace(r, memory=now(r.memory)) for r in recalled.recollections),
        near_misses=tuple(replace(r, memory=now(r.memory)) for r in recalled.near_misses),
        omissions=tuple(replace(o, memory=now(o.memory)) for o in recalled.omissions),
    )


def reason_line(label: str, reason: str, width: int) -> Content:
    """A line that is no memory, such as why something was not learnt."""
    return Content.styled(fit(f"  {label:<12}{shown_line(reason)}", width), MUTED)


def _labelled(label: str, memory: Memory, old: str, why: str, width: int) -> Content:
    if width < WIDE:
        return Content.assemble(
            (f"  {label:<12}", MUTED),
            fit(title_words(memory), width - 19),
            (f" {old:>4}\n", MUTED),
            (fit(" " * 14 + shown_line(why), width), MUTED),
        )
    title = width // 2 - 18
    return Content.assemble(
        (f"  {label:<12}", MUTED),
        fit(title_words(memory), title),
        (f"  {old:>4}  ", MUTED),
        (fit(shown_line(why), width - 22 - title), MUTED),
    )
