"""Which commits change much and decide nothing: they are kept, quietly, and explain no line."""

import re
from enum import StrEnum
from pathlib import PurePosixPath

from featherchat.code.history import Commit


class Bulk(StrEnum):
    """Why a commit is no reason for anything."""

    DEPENDENCIES = "dependencies"
    GENERATED = "generated"
    MOVED = "moved"
    FORMATTING = "formatting"
    LARGE = "large"


LARGE = 300
"""Files; the first import of a whole tree, a new license in every head."""

_BOT = re.compile(
    r"\[bot\]|\b(?:dependabot|renovate|greenkeeper|snyk|mergify|pre-commit-ci)\b", re.I
)
_BUMP = re.compile(
    r"(?:[\w./-]+(?:\([^)]*\))?!?: *)?(?:(?:bump|upgrade)\b.{1,200}\bto v?\d"
    r"|(?:bump|upgrade|update|lock)\b.{1,200}"
    r"(?:\bto v?\d+\.[\w.+-]+|\bdependenc(?:y|ies)\b|\block ?files?\b))",
    re.I,
)
_FORMATTED = re.compile(
    r"\b(?:gofmt|gofumpt|goimports|black|isort|prettier|rustfmt|clang-format|ruff format"
    r"|re-?format\w*|format(?:ting|ted)?|white-?space|trailing (?:spaces|newlines?)|line endings"
    r"|lint(?:er|ing)?|copyright|license headers?)\b",
    re.I,
)
_LOCK_FILES = frozenset(
    {"go.sum", "go.mod", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"}
    | {"poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "cargo.lock", "gemfile.lock"}
    | {"composer.lock", "flake.lock", "bun.lock", "bun.lockb", "mix.lock", "packages.lock.json"}
)
_FOREIGN = frozenset({"vendor", "node_modules", "third_party", "third-party", "external", "dist"})
_GENERATED = re.compile(
    r"\.(?:pb(?:\.gw)?\.go|pb\.(?:cc|h)|min\.(?:js|css)|snap|map|generated\.\w+)$|_pb2(?:_grpc)?\.py$"
    r"|_pb\.(?:js|d\.ts)$|_generated\.\w+$|zz_generated",
    re.I,
)
_FEWEST_FORMATTED = 5
"""Files: a fix in fewer may mention a linter and still be one."""

_SHARE = 0.9
"""Of the files; by lines, one generated file would hide the sources it was made from."""


def bulk_of(commit: Commit) -> Bulk | None:
    """What makes a commit a bulk change; None for one that somebody thought about."""
    files, subject = commit.files, commit.message.strip().partition("\n")[0]
    if not files:
        return None
    if all(_is_lock(each.path) for each in files) or _is_bump(commit, subject):
        return Bulk.DEPENDENCIES
    written = [each for each in files if not _is_lock(each.path)]
    if sum(is_generated(each.path) for each in written) >= _SHARE * len(written):
        return Bulk.GENERATED
    if all(each.status == "R" and each.alike == 100 for each in files):
        return Bulk.MOVED
    if len(files) >= _FEWEST_FORMATTED and _FORMATTED.search(subject):
        return Bulk.FORMATTING
    return Bulk.LARGE if len(files) >= LARGE else None


def _is_bump(commit: Commit, subject: str) -> bool:
    return bool(_BOT.search(f"{commit.author} {commit.email}") or _BUMP.match(subject))


def _is_lock(path: str) -> bool:
    return PurePosixPath(path).name.lower() in _LOCK_FILES


def is_generated(path: str) -> bool:
    """Whether a file is made by a tool or brought from elsewhere."""
    folders = PurePosixPath(path).parts[:-1]
    return bool(not _FOREIGN.isdisjoint(folders) or _GENERATED.search(path))
