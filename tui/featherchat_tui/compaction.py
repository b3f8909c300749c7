"""What is shown before a conversation goes on with a summary: what was saved, what will stay."""

from typing import TYPE_CHECKING

from textual.content import Content

from featherchat.commands.signs import sign_of, title_words
from featherchat.commands.wording import counted, kind_words, shown
from featherchat_tui.asking import ConfirmText

if TYPE_CHECKING:
    from featherchat.commands.compacting import Compaction


def question_of(plan: "Compaction") -> ConfirmText:
    """Whether to go on with a summary, which is shown whole."""
    learned = (*plan.learned.written, *plan.learned.candidates)
    said = [
        f"{sign_of(each).mark} saved {kind_words(each.kind)}: {title_words(each)}"
        for each in learned
    ]
    if plan.learned.notice:
        said.append(plan.learned.notice)
    kept = counted(len(plan.standing.memories), "memory", "memories")
    return ConfirmText(
        f"Go on with this summary of {counted(plan.turns, 'turn')}? It names {kept};"
        " the conversation stays stored as it is.",
        Content(shown(plan.text)),
        said or ("Everything worth saving was saved before.",),
        yes="go on with it",
    )
