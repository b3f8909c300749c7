from hypothesis import given
from hypothesis import strategies as st

from featherchat_tui.window import Window

MOVES = st.lists(st.sampled_from(["earlier", "later", "append", "middle", "end"]), max_size=40)


@given(st.integers(0, 300), MOVES)
def test_what_is_mounted_follows_from_what_each_step_added_and_dropped(
    count: int, moves: list[str]
) -> None:
    window = Window(page=5, most=12)
    mounted = set(window.reset(count).added)

    for move in moves:
        if move == "append" and not window.at_end:
            continue
        step = {
            "earlier": window.earlier,
            "later": window.later,
            "append": window.append,
            "middle": lambda: window.around(window.count // 2),
            "end": lambda: window.reset(window.count),
        }[move]()
        mounted = (mounted - set(step.dropped)) | set(step.added)

        assert mounted == set(range(window.first, window.end))
        assert len(mounted) <= 12
        assert window.end <= window.count


def test_walking_up_reaches_the_first_place_and_walking_down_the_last() -> None:
    window = Window(page=5, most=12)
    window.reset(43)

    while window.first:
        window.earlier()
    first = window.first
    while not window.at_end:
        window.later()

    assert first == 0
    assert window.end == 43


def test_a_place_that_is_to_be_kept_stays_mounted() -> None:
    window = Window(page=5, most=12)
    window.reset(100)

    for _ in range(10):
        window.earlier(kept=99)

    assert 99 in window
    assert 50 in window
