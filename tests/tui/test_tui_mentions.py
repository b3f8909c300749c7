from featherchat.commands.mentioning import Mentionable
from featherchat_tui.mentions import MOST_OF_A_SORT, best_mentions
from featherchat_tui.values import Completion

OTHERS = [
    Mentionable("ADR-12", "PostgreSQL over MongoDB", "decision"),
    Mentionable("m:4kx2p9ab", "Pool exhausted by the export", "bug fix"),
    Mentionable("a1b2c3d", "Limit the pool", "commit"),
]


def test_files_stand_before_decisions_commits_and_memories() -> None:
    found = best_mentions(["src/pool.py", "README.md"], OTHERS, "po")

    assert found == [
        Completion("@src/pool.py"),
        Completion("@ADR-12", "decision · PostgreSQL over MongoDB"),
        Completion("@a1b2c3d", "commit · Limit the pool"),
        Completion("@m:4kx2p9ab", "bug fix · Pool exhausted by the export"),
    ]


def test_a_file_that_has_only_the_letters_stands_behind_a_decision_of_that_name() -> None:
    found = best_mentions(["a/d/report-1-2.md"], OTHERS, "adr-12")

    assert [one.text for one in found] == ["@ADR-12", "@a/d/report-1-2.md"]


def test_a_decision_is_found_by_its_number_and_a_sort_does_not_crowd_out_the_others() -> None:
    many = [Mentionable(f"ADR-{n}", "Title", "decision") for n in range(120, 160)]

    assert [one.text for one in best_mentions([], OTHERS, "adr-12")] == ["@ADR-12"]
    assert len(best_mentions([], many, "adr")) == MOST_OF_A_SORT


def test_a_symbol_is_found_by_its_own_name_and_not_by_the_words_of_its_change() -> None:
    symbol = Mentionable("src/pool.py::Pool.acquire", "Pool.acquire · Raise limits", "symbol")

    assert [one.text for one in best_mentions([], [symbol], "acq")] == [
        "@src/pool.py::Pool.acquire"
    ]
    assert best_mentions([], [symbol], "limits") == []
