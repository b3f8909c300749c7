"""What the model may call: three tools that read, and one that edits when a person agrees.

A tool never leaves the project and never returns a secret; none writes without a person's
word (``editing``). Its errors go back to the model as text, so that it can try otherwise.
"""

import fnmatch
import posixpath
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from featherchat.chat.editing import EDIT_FILE, Edits, ReviewEdit
from featherchat.code.files import Skipped, inside, read_document
from featherchat.errors import FeatherchatError, InvalidValue
from featherchat.messages import Tool, ToolCall, ToolResult
from featherchat.recall.context import quoted
from featherchat.recall.retriever import Retriever

MAX_RESULT = 16_000
"""Characters that one call gives back."""

MAX_LINES = 400
MAX_MATCHES = 60
MAX_PATTERN = 200

_MENTION = re.compile(r"(?<![\w@])@((?:m:|\.{0,2}/)?[\w][\w./+-]*(?:::[\w.]+)?)")

TOOLS = (
    Tool(
        "read_file",
        f"Read a text file of the project, at most {MAX_LINES} lines at a time.",
        {
            "type": "object",
            "properties": {
                "path": {"type": "string", "description": "Relative to the project's root."},
                "start": {"type": "integer", "minimum": 1, "description": "First line, from 1."},
                "end": {"type": "integer", "minimum": 1, "description": "Last line."},
            },
            "required": ["path"],
            "additionalProperties": False,
        },
    ),
    Tool(
        "grep",
        f"Find lines that contain a text in the project's files; at most {MAX_MATCHES} lines.",
        {
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "A literal text; case is ignored."},
                "glob": {"type": "string", "description": "Only these files, such as src/*.py."},
            },
            "required": ["text"],
            "additionalProperties": False,
        },
    ),
    Tool(
        "search_memory",
        "Ask the project's memory another question: decisions, reasons, rejected options, bugs.",
        {
            "type": "object",
            "properties": {"question": {"type": "string"}},
            "required": ["question"],
            "additionalProperties": False,
        },
    ),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a prompt mentions with ``@``: a file, a symbol, a memory or a commit, by name."""

    path: str
    text: str
    sort: str = "file"
    """What it is: ``file``, ``symbol``, ``memory`` or ``commit``."""


FindMentioned = Callable[[str], Awaitable[Attachment | None]]
"""From a name that is no file to the symbol, memory or commit of that name."""


async def nothing_mentioned(name: str) -> Attachment | None:
    """Nothing has a name besides files."""
    return None


class Toolbox:
    """Runs the tools for one project."""

    def __init__(
        self,
        root: Path,
        list_files: Callable[[], Sequence[str]],
        retriever: Retriever,
        redacted: Callable[[str], str],
        mentioned: FindMentioned = nothing_mentioned,
        edits: Edits | None = None,
    ) -> None:
        self._root = root
        self._list_files = list_files
        self._retriever = retriever
        self._redacted = redacted
        self._mentioned = mentioned
        self._edits = Edits(root) if edits is None else edits

    async def run(self, call: ToolCall, review: ReviewEdit | None = None) -> ToolResult:
        """Run one call; whatever goes wrong on purpose becomes the result's text.

        Args:
            call: What the model wants.
            review: Asks a person about an edit; without it nothing is edited.
        """
        if call.problem:
            return ToolResult(call.id, call.problem, is_error=True)
        try:
            if call.name == EDIT_FILE.name:
                return await self._edit(call, review)
            if call.name == "search_memory":
                text = await self._search_memory(str(call.arguments["question"]))
            else:
                text = await _in_thread(self._read, call.name, call.arguments)
        except FeatherchatError as error:
            return ToolResult(call.id, f"{error} {error.hint}", is_error=True)
        return ToolResult(call.id, self._fit(text))

    async def _edit(self, call: ToolCall, review: ReviewEdit | None) -> ToolResult:
        if review is None:
            raise InvalidValue(
                "No file can be edited here: there is nobody to ask.",
                hint="Show the change in your answer instead.",
            )
        path, old, new = (str(call.arguments[name]) for name in ("path", "old", "new"))
        edited = await self._edits.edit(path, old, new, review)
        return ToolResult(call.id, self._fit(edited.text), not edited.written, edited.summary)

    async def attachments(self, prompt: str) -> tuple[Attachment, ...]:
        """What a prompt mentions; a name that nothing has stays a word."""
        found: list[Attachment] = []
        names = (posixpath.normpath(name.rstrip(".,")) for name in _MENTION.findall(prompt))
        for path in dict.fromkeys(names):
            try:
                text = await _in_thread(self._read, "read_file", {"path": path})
            except FeatherchatError:
                # "@someone" and "@decorator" are words.
                other = await self._mentioned(path)
                if other is not None:
                    found.append(replace(other, text=self._fit(other.text)))
                continue
            found.append(Attachment(path, self._fit(text)))
        return tuple(found)

    def _fit(self, text: str) -> str:
        """Without secrets, and no longer than a result may be."""
        safe = self._redacted(text)
        return safe if len(safe) <= MAX_RESULT else safe[:MAX_RESULT] + "\n… cut here"

    def _read(self, name: str, arguments: Mapping[str, Any]) -> str:
        if name == "read_file":
            # A model may write 3 as 3.0, and its schema takes both for an integer.
            start, end = int(arguments.get("start", 1)), arguments.get("end")
            return self._read_file(str(arguments["path"]), start, None if end is None else int(end))
        if name == "grep":
            return self._grep(str(arguments["text"]), arguments.get("glob"))
        raise InvalidValue(f"There is no tool {name}.", hint="Use read_file, grep, search_memory.")

    def _read_file(self, path: str, start: int, end: int | None) -> str:
        place = inside(self._root, path)
        document = read_document(self._root, place.relative_to(self._root.resolve()).as_posix())
        if isinstance(document, Skipped):
            raise InvalidValue(
                f"{path} was not read: {document.reason}.", hint="Choose another file."
            )
        lines = document.text.splitlines()
        if start > max(len(lines), 1):
            raise InvalidValue(
                f"{path} has only {len(lines)} lines.", hint="Start at an earlier line."
            )
        last = min(end or len(lines), start + MAX_LINES - 1, len(lines))
        shown = [f"{number:5} {lines[number - 1]}" for number in range(start, last + 1)]
        if last < len(lines):
            shown.append(f"… {len(lines) - last} more lines")
        return "\n".join(shown) or "The file is empty."

    def _grep(self, text: str, glob: str | None) -> str:
        if not text.strip() or len(text) > MAX_PATTERN:
            raise InvalidValue(
                f"The text to find has {len(text)} characters.",
                hint=f"Give 1 to {MAX_PATTERN} characters.",
            )
        wanted = text.casefold()
        found: list[str] = []
        for path in self._list_files():
            if glob and not fnmatch.fnmatch(path, glob):
                continue
            document = read_document(self._root, path)
            if isinstance(document, Skipped) or wanted not in document.text.casefold():
                continue
            for number, line in enumerate(document.text.splitlines(), 1):
                if wanted in line.casefold():
                    found.append(f"{path}:{number}: {line.strip()[:200]}")
                if len(found) >= MAX_MATCHES:
                    return "\n".join([*found, "… more matches"])
        return "\n".join(found) or "No line has that text."

    async def _search_memory(self, question: str) -> str:
        recall = await self._retriever.recall(question, k=6)
        return "\n".join(quoted(each) for each in recall.found) or "No relevant memory."


async def _in_thread(function: Callable[..., str], *arguments: Any) -> str:
    import asyncio

    return await asyncio.to_thread(function, *arguments)
