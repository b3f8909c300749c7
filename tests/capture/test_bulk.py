"""Bulk changes are told from changes that somebody thought about."""

import pytest

from featherchat.capture.bulk import Bulk, bulk_of
from featherchat.code.history import Commit, TouchedFile


def a_commit(message: str, *paths: str, author: str = "Ada", status: str = "M") -> Commit:
    files = tuple(TouchedFile(path, status, "1" * 40, added=9, removed=1) for path in paths)
    return Commit("2" * 40, (), author, "ada@example.org", 0.0, message, files, "3" * 40)


@pytest.mark.parametrize(
    ("commit", "bulk"),
    [
        (a_commit("Bump left-pad from 1.0.0 to 1.0.1", "package.json"), Bulk.DEPENDENCIES),
        (a_commit("build(deps): bump x to v2.1", "go.mod"), Bulk.DEPENDENCIES),
        (a_commit("Update things", "a.py", author="renovate[bot]"), Bulk.DEPENDENCIES),
        (a_commit("Resolve again", "poetry.lock"), Bulk.DEPENDENCIES),
        (a_commit("Vendor", *(f"vendor/x/{n}.go" for n in range(10))), Bulk.GENERATED),
        (a_commit("Move", "b/x.py", "b/y.py", status="R"), Bulk.MOVED),
        (a_commit("Run black", *(f"{n}.py" for n in range(6))), Bulk.FORMATTING),
        (a_commit("New license", *(f"{n}.py" for n in range(300))), Bulk.LARGE),
        (a_commit("Update the retry policy to 5 attempts", "retry.py"), None),
        (a_commit("Format dates as ISO 8601", "dates.py"), None),
        (a_commit("Fix a leak by patching go.sum", "go.sum", "leak.go"), None),
        (a_commit("Nothing"), None),
    ],
)
def test_a_bulk_change_is_known_by_what_it_touches_and_says(
    commit: Commit, bulk: Bulk | None
) -> None:
    assert bulk_of(commit) is bulk
