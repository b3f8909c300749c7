"""What a line of code or of a package list brings in, by the names that packages have.

Only forms that leave no doubt are read: a line that might be prose brings in nothing. What a
lock file lists was not chosen by anybody, so it is not read at all.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

_LONGEST_LINE = 500
_VERSION = r"[\"'](?:[\^~<>=*v]|\d|workspace:|npm:|latest|file:|git)"

_PYTHON = re.compile(
    r"\s*(?:from\s+([\w.]+)\s+import\b|import\s+([\w.]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+(?:\s+as\s+\w+)?)*)\s*(?:#.*|;.*)?$)"
)
_SCRIPT = re.compile(
    r"\s*(?:(?:import|export)\b[^'\"]*?(?:\bfrom\s*)?|.*?\b(?:require|import)\s*\(\s*)"
    r"['\"]([@\w][^'\"\s]*)['\"]"
)
_SCRIPT_END = re.compile(r"\s*\}?\s*from\s+['\"]([@\w][^'\"\s]*)['\"]")
_GO = re.compile(
    r"\s*(?:import\s+)?(?:[\w.]+\s+)?\"([\w.-]+\.[\w-]+/[^\"\s]+|[a-z]\w*(?:/\w+)*)\"\s*(?://.*)?$"
)
_RUST = re.compile(
    r"\s*(?:pub(?:\([^)]*\))?\s+)?(?:use\s+(?:::)?|extern\s+crate\s+)([A-Za-z_]\w*)\b"
)
_JVM = re.compile(r"\s*import\s+(?:static\s+)?([a-z]\w*(?:\.\w+)+)")
_RUBY = re.compile(r"\s*require\s*\(?['\"]([\w][\w./-]*)['\"]")
_SHARP = re.compile(r"\s*(?:global\s+)?using\s+(?:static\s+)?([A-Z]\w*(?:\.\w+)*)\s*;")
_PHP = re.compile(r"\s*use\s+\\?([A-Z]\w*(?:\\\w+)+)")
_C = re.compile(r"\s*#\s*include\s*<([\w./+-]+)>")

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@#].*)?$")
_INLINE_LIST = re.compile(r"\s*[\w-]*dependencies\s*=\s*\[([^\]]+)\]")
_QUOTED_REQUIREMENT = re.compile(
    r"\s*[\"']([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(?:[<>=!~;@][^\"']*)?[\"']\s*(?:,.*|\].*)?$"
)
_TOML_ENTRY = re.compile(rf"\s*[\"']?([A-Za-z0-9][\w.-]*)[\"']?\s*=\s*(?:{_VERSION}|\{{)")
_TOML_TABLE = re.compile(
    r"\s*\[(?:[\w.'\"()= -]+\.)?(?:[\w-]*dependencies)\.[\"']?([\w.-]+)[\"']?\]"
)
_JSON_ENTRY = re.compile(rf"\s*\"((?:@[\w.-]+/)?[A-Za-z0-9][\w./-]*)\"\s*:\s*{_VERSION}")
_GO_MODULE = re.compile(r"\s*(?:require\s+)?([\w.-]+\.[\w-]+/\S+)\s+v\d\S*(?!.*// indirect)")
_GEM = re.compile(r"\s*(?:gem|\w+\.add_(?:\w+_)?dependency)\s*\(?\s*['\"]([\w.-]+)['\"]")
_MAVEN = re.compile(r"\s*<artifactId>([\w.-]+)</artifactId>")
_GRADLE = re.compile(
    r"\s*(?:api|implementation|compileOnly|runtimeOnly|test\w+|kapt|ksp)\s*\(?\s*['\"][\w.-]+:([\w.-]+)[:'\"]"
)
_NUGET = re.compile(r"\s*<PackageReference\s+Include=\"([\w.]+)\"")
_FROM = re.compile(r"\s*FROM\s+(?:--\S+\s+)?([\w./-]+)", re.IGNORECASE)
_IMAGE = re.compile(r"\s*(?:-\s*)?image:\s*[\"']?([\w./-]+)")

_Read = Callable[[str], Iterator[str]]


def brought_in(path: str, line: str) -> frozenset[str]:
    """The names of what a line of a file imports or depends on, in lower case.

    A package of several parts is named as a whole and by what tells it apart:
    ``github.com/gorilla/mux`` is also ``gorilla/mux`` and ``mux``.
    """
    read = _reader(PurePosixPath(path))
    if read is None or len(line) > _LONGEST_LINE:
        return frozenset()
    return frozenset(name.lower() for name in read(line) if name)


def is_read(path: str) -> bool:
    """Whether anything of a file is read: its language's imports, or its list of packages."""
    return _reader(PurePosixPath(path)) is not None


def is_source(path: str) -> bool:
    """Whether a file is written in a language whose imports are read."""
    return PurePosixPath(path).suffix.lower() in _LANGUAGES


def is_code(path: str, content: bytes, line: int) -> bool:
    """Whether a line stands where code is, and not in a text; True where nobody can tell.

    Args:
        path: Tells the language.
        content: The whole file.
        line: From 1.
    """
    if PurePosixPath(path).suffix not in _PYTHON_FILES:
        return True
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(
        each.lineno <= line <= (each.end_lineno or each.lineno)
        for each in ast.walk(tree)
        if isinstance(each, ast.Import | ast.ImportFrom)
    )


def _reader(path: PurePosixPath) -> _Read | None:
    name = path.name.lower()
    if name in _LISTS:
        return _LISTS[name]
    if re.fullmatch(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)", name):
        return _one(_REQUIREMENT)
    if re.fullmatch(r"(?:docker-)?compose(?:[-_.][\w.-]*)?\.ya?ml", name):
        return _image
    if re.fullmatch(r"(?:.*\.)?dockerfile(?:\..*)?", name):
        return _base_image
    return _LANGUAGES.get(path.suffix.lower())


def _one(pattern: re.Pattern[str]) -> _Read:
    def read(line: str) -> Iterator[str]:
        found = pattern.match(line)
        if found is not None:
            yield next((each for each in found.groups() if each), "")

    return read


def _python(line: str) -> Iterator[str]:
    found = _PYTHON.match(line)
    for name in (found[1] or found[2]).split(",") if found else ():
        module = name.split(" as ")[0].strip()
        if not module.startswith("."):
            yield module
            yield module.partition(".")[0]


def _script(line: str) -> Iterator[str]:
    found = _SCRIPT.match(line) or _SCRIPT_END.match(line)
    if found is not None:
        name = found[1].removeprefix("node:")
        yield name
        yield "/".join(name.split("/")[: 2 if name.startswith("@") else 1])


def _go(line: str) -> Iterator[str]:
    found = _GO.match(line)
    if found is not None:
        yield from _go_names(found[1])


def _go_module(line: str) -> Iterator[str]:
    found = _GO_MODULE.match(line)
    if found is not None and "// indirect" not in line:
        yield from _go_names(found[1])


def _go_names(path: str) -> Iterator[str]:
    parts = path.split("/")
    yield path
    if "." in parts[0] and len(parts) > 2:
        yield "/".join(parts[1:3])
        # "go-redis" and "redis" are one to whoever wrote the decision.
        yield parts[2]
        yield parts[2].removeprefix("go-")


def _rust(line: str) -> Iterator[str]:
    found = _RUST.match(line)
    if found is not None and found[1] not in ("crate", "self", "super", "std", "core", "alloc"):
        yield found[1]


def _jvm(line: str) -> Iterator[str]:
    found = _JVM.match(line)
    if found is not None:
        yield found[1]
        yield from found[1].split(".")[1:3]


def _dotted(pattern: re.Pattern[str], separator: str) -> _Read:
    def read(line: str) -> Iterator[str]:
        found = pattern.match(line)
        if found is not None:
            yield found[1]
            yield found[1].split(separator)[0]

    return read


def _cargo(line: str) -> Iterator[str]:
    yield from _one(_TOML_TABLE)(line)
    yield from _one(_TOML_ENTRY)(line)


def _pyproject(line: str) -> Iterator[str]:
    yield from _cargo(line)
    inline = _INLINE_LIST.match(line)
    for each in inline[1].split(",") if inline else (line,):
        yield from _one(_QUOTED_REQUIREMENT)(each)


def _image(line: str) -> Iterator[str]:
    found = _IMAGE.match(line)
    if found is not None:
        yield found[1].rpartition("/")[2]


def _base_image(line: str) -> Iterator[str]:
    found = _FROM.match(line)
    if found is not None:
        yield found[1].rpartition("/")[2]


_PYTHON_FILES = frozenset({".py", ".pyi"})
_SCRIPTS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte")
_LANGUAGES: Mapping[str, _Read] = {
    **dict.fromkeys(_PYTHON_FILES, _python),
    **dict.fromkeys(_SCRIPTS, _script),
    ".go": _go,
    ".rs": _rust,
    **dict.fromkeys((".java", ".kt", ".kts", ".scala", ".groovy"), _jvm),
    **dict.fromkeys((".rb", ".rake"), _one(_RUBY)),
    ".gemspec": _one(_GEM),
    ".cs": _dotted(_SHARP, "."),
    ".csproj": _one(_NUGET),
    ".php": _dotted(_PHP, "\\"),
    **dict.fromkeys((".c", ".h", ".cc", ".cpp", ".hpp", ".cxx"), _dotted(_C, "/")),
}
_LISTS: Mapping[str, _Read | None] = {
    "pyproject.toml": _pyproject,
    "pipfile": _cargo,
    "setup.py": _one(_QUOTED_REQUIREMENT),
    "setup.cfg": _one(_REQUIREMENT),
    "package.json": _one(_JSON_ENTRY),
    "composer.json": _one(_JSON_ENTRY),
    "cargo.toml": _cargo,
    "go.mod": _go_module,
    "gemfile": _one(_GEM),
    "pom.xml": _one(_MAVEN),
    "build.gradle": _one(_GRADLE),
    "build.gradle.kts": _one(_GRADLE),
}
