"""Which languages are read for their symbols, and how a file is parsed without harm.

A grammar is a native library that unfolds on its first use, so nothing is loaded before a
file asks for it. A file may be anything: its size, its errors and the time it takes are
bounded, and whoever asks is told by None that there is no tree.
"""

import functools
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The library and its grammars cost 70 ms, which only a changed file of code need pay.
    from tree_sitter import Language, Node, Query, Tree

MAX_PARSED = 200_000
"""Bytes; a larger file was written by a program, and would take longer than 50 ms."""

_MOST_ERRORS = 300
"""Calls in which a parser may say that it is lost: 100 steps each, for a file half written."""

_MOST_SECONDS = 0.5
"""Of processor time. Ordinary files need a twentieth; some grammars are lost for minutes."""

_MOST_CHILDREN = 5_000
"""Of one node, such as a table of data: a query takes the square of it, 40 ms here."""

MARKS = frozenset({"comment", "string", "block"})
"""What counts differently in a file; a block is one by indentation."""

_AT_ONCE = 65_536
_BINARY_HEAD = 8_000
_COMMENT = re.compile(r"(?:\w+_)?comment|line_continuation")
_STRING = re.compile(r"(?!concatenated|chained)\w*string(?:_literal)?|heredoc_body")

_LANGUAGES = {
    "python": (".py", ".pyi"),
    "go": (".go",),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".mts", ".cts"),
    "tsx": (".tsx",),
    "java": (".java",),
    "kotlin": (".kt", ".kts"),
    "scala": (".scala",),
    "rust": (".rs",),
    "c": (".c",),
    "cpp": (".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx"),
    "ruby": (".rb",),
    "php": (".php",),
    "swift": (".swift",),
}
# C#, Lua and shell are left out: their grammars take minutes for a few hostile kilobytes.

_BY_SUFFIX = {suffix: name for name, suffixes in _LANGUAGES.items() for suffix in suffixes}


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language as it is parsed and asked."""

    name: str
    language: "Language"

    query: "Query"
    """Captures each symbol as its kind and its name as ``name``, and what counts differently as
    one of ``MARKS``: in one walk, which takes half as long as two."""


def language_of(path: str) -> str | None:
    """The language that a file's name tells, if its symbols can be read."""
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())


def is_binary(content: bytes) -> bool:
    """Whether git would call this no text."""
    return b"\0" in content[:_BINARY_HEAD]


@functools.cache
def grammar_of(language: str) -> Grammar | None:
    """A language's grammar; None where it cannot be loaded, as without a cache folder."""
    from semble_grammars import GrammarLoadError, UnsupportedPlatformError, get_language
    from tree_sitter import Query

    from featherchat.code.symbol_rules import SYMBOLS

    try:
        _stay_out_of_the_project()
        loaded = get_language(language)
    except (GrammarLoadError, UnsupportedPlatformError, RuntimeError):
        # RuntimeError: there is no home folder to keep the unfolded grammar in.
        return None
    asked = f"{SYMBOLS[language]}\n{_marks(language, loaded)}"
    return Grammar(language, loaded, Query(loaded, asked))


def _stay_out_of_the_project() -> None:
    """Let grammars be unfolded in the account's cache, whatever the environment says.

    A folder that is named by a relative path, or by none, would lie in the project: it would
    be written there, and what lies there already would be loaded as code.
    """
    from semble_grammars.cache import cache_dir

    if not cache_dir().is_absolute():
        own = Path("~/.cache/featherchat/grammars").expanduser()
        os.environ["SEMBLE_GRAMMARS_CACHE_DIR"] = str(own)


def parsed(grammar: Grammar, content: bytes) -> "Tree | None":
    """A file's tree; None for one that is no code, or that the parser gets lost in."""
    from tree_sitter import Parser

    if len(content) > MAX_PARSED or is_binary(content):
        return None
    begun, errors = time.thread_time(), 0

    def give_up(offset: int, has_error: bool) -> bool:
        nonlocal errors
        errors += has_error
        return errors > _MOST_ERRORS or time.thread_time() - begun > _MOST_SECONDS

    def read(offset: int, point: object) -> bytes:
        return content[offset : offset + _AT_ONCE]

    try:
        tree = Parser(grammar.language).parse(read, progress_callback=give_up)
    except ValueError:
        return None
    return None if _is_flat(tree) else tree


def captured(grammar: Grammar, tree: "Tree") -> "list[dict[str, list[Node]]]":
    """The symbols and the marks of a file, one mapping each."""
    from tree_sitter import QueryCursor

    return [nodes for _, nodes in QueryCursor(grammar.query).matches(tree.root_node)]


def _is_flat(tree: "Tree") -> bool:
    """Whether a node has so many children that a query would look through them for seconds."""
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.child_count > _MOST_CHILDREN:
            return True
        if node.descendant_count > _MOST_CHILDREN:
            waiting += node.children
    return False


def _marks(name: str, language: "Language") -> str:
    kinds = [
        kind
        for number in range(language.node_kind_count)
        if language.node_kind_is_named(number)
        and language.node_kind_is_visible(number)
        and (kind := language.node_kind_for_id(number))
    ]
    comments = sorted({kind for kind in kinds if _COMMENT.fullmatch(kind)})
    strings = sorted({kind for kind in kinds if _STRING.fullmatch(kind)})
    said = [f"({kind}) @comment" for kind in comments] + [f"({kind}) @string" for kind in strings]
    if name == "python":
        # A docstring says what code does, as a comment; indentation does it.
        said += ["(expression_statement . (string) @comment .)", "(block) @block"]
    return "\n".join(said)
