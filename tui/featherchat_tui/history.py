"""What was typed before, so that nothing typed is lost.

Where the history is kept is not known here: it is loaded and saved through two
functions.
"""

from collections.abc import Callable, Sequence

from featherchat_tui.values import Completion

Load = Callable[[], Sequence[str]]
"""All earlier prompts, oldest first."""

Save = Callable[[str], None]
"""Called with each new prompt."""

MOST_MATCHES = 50


class History:
    """Earlier prompts, walked by Up and Down and searched by Ctrl+R."""

    def __init__(self, load: Load = tuple, save: Save = lambda text: None) -> None:
        self._load = load
        self._prompts = list(load())
        self._save = save
        self._place = len(self._prompts)
        self._draft = ""

    def load(self) -> None:
        """Read the earlier prompts again: what was typed in this run stays the newest."""
        typed = self._prompts
        self._prompts = [*self._load(), *typed]
        for text in typed:
            self._save(text)
        self._place = len(self._prompts)

    def add(self, text: str) -> None:
        """Keep a prompt that was sent or cleared; an empty one and a repetition are not kept."""
        if text and (not self._prompts or self._prompts[-1] != text):
            self._prompts.append(text)
            self._save(text)
        self._place = len(self._prompts)
        self._draft = ""

    def walk(self, step: int, current: str) -> str | None:
        """The prompt ``step`` places on; None at either end.

        Walking back from the end keeps ``current`` as a draft, which walking forward
        past the newest prompt gives back.
        """
        place = self._place + step
        if not 0 <= place <= len(self._prompts):
            return None
        if self._place == len(self._prompts):
            self._draft = current
        self._place = place
        return self._draft if place == len(self._prompts) else self._prompts[place]

    def matching(self, typed: str) -> list[Completion]:
        """Earlier prompts that contain what was typed, newest first, each once."""
        wanted = typed.casefold()
        found = dict.fromkeys(one for one in reversed(self._prompts) if wanted in one.casefold())
        return [Completion(one) for one in list(found)[:MOST_MATCHES]]
