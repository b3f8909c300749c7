"""Numbers, slugs and the next free name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.decisions import next_name, number_of, slug


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("docs/adr/0012-use-x.md", 12),
        ("adr-001-abci++-adoption.md", 1),
        ("ADR_0012_x.md", 12),
        ("docs\\adr\\0007-x.md", 7),
        ("0003.md", 3),
        ("2210-numbers-from-pull-requests.md", 2210),
        ("20240131-use-x.md", None),
        ("2024-01-31-use-x.md", None),
        ("adr-draft-spectrum.md", None),
        ("use-x.md", None),
        ("", None),
    ],
)
def test_the_number_of_a_path(path: str, number: int | None) -> None:
    assert number_of(path) == number


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Use SQLite, not Postgres!", "use-sqlite-not-postgres"),
        ("Don't log `ERROR_events`", "dont-log-error-events"),
        ("Größe & Café", "große-cafe"),
        ("語彙 を 使う", "語彙-を-使う"),
        ("???", "decision"),
        ("word " * 40, "-".join(["word"] * 16)),
        ("日本語で決める", "日本語で決める"),
        ("Café für alle", "cafe-fur-alle"),
    ],
)
def test_a_title_as_a_slug(title: str, name: str) -> None:
    assert slug(title) == name


@given(st.text())
def test_a_slug_is_its_own_slug(title: str) -> None:
    assert slug(slug(title)) == slug(title)


@pytest.mark.parametrize(
    ("existing", "name"),
    [
        ([], "0001-use-x.md"),
        (["README.md", "template.md"], "0001-use-x.md"),
        (["0001-a.md", "0002-b.md", "README.md"], "0003-use-x.md"),
        (["001-a.md", "009-b.md"], "010-use-x.md"),
        (["adr-001-a.md", "adr-002-b.md"], "adr-003-use-x.md"),
        (["ADR_0001_a.md"], "ADR_0002_use-x.md"),
        (["0002-a.md", "0023-b.md", "2210-c.md"], "2211-use-x.md"),
        (["9-a.md", "10-b.md"], "11-use-x.md"),
        (["20230101-a.md", "20230102-b.md"], "20240131-use-x.md"),
        (["20230101-a.md", "20240131-use-x.md"], "20240131-use-x-2.md"),
        (["2023-01-01-a.md"], "2024-01-31-use-x.md"),
        (["docs/adr/0001-a.md"], "0002-use-x.md"),
    ],
)
def test_the_next_name_keeps_the_form_of_the_folder(existing: list[str], name: str) -> None:
    assert next_name(existing, "Use X", "2024-01-31") == name


@given(st.lists(st.integers(0, 99_999), max_size=20), st.text())
def test_the_next_name_is_free_and_has_a_new_number(numbers: list[int], title: str) -> None:
    existing = [f"{number:04d}-x.md" for number in numbers]

    name = next_name(existing, title, "2024-01-31")

    assert name not in existing
    assert number_of(name) == max(numbers, default=0) + 1
