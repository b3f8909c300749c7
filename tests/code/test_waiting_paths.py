"""Saves wait until they are over, and not for ever."""

from hypothesis import given
from hypothesis import strategies as st

from featherchat.code.waiting_paths import WaitingPaths

SAVES = st.lists(st.tuples(st.sampled_from("abc"), st.floats(0.0, 1.0)), max_size=30)


def test_a_path_is_ready_when_it_was_quiet() -> None:
    waiting = WaitingPaths(quiet=0.3, batch=2.0)
    waiting.add("a", 1.0)
    waiting.add("a", 1.2)

    early, late = waiting.take(1.4), waiting.take(1.5)

    assert (early, late) == ((), ("a",))
    assert waiting.due() is None


def test_what_is_ready_does_not_wait_for_what_never_is() -> None:
    waiting = WaitingPaths(quiet=0.3, batch=2.0)
    waiting.add("a", 0.0)
    for tenth in range(21):
        waiting.add("busy", tenth / 10)

    taken = waiting.take(2.0)

    assert taken == ("a",)
    assert waiting.due() == 2.3


def test_two_saves_shortly_after_one_another_go_together() -> None:
    waiting = WaitingPaths(quiet=0.3, batch=2.0)
    waiting.add("a", 0.0)
    waiting.add("b", 0.2)

    assert waiting.take(0.4) == ()
    assert waiting.take(0.5) == ("a", "b")


@given(SAVES)
def test_every_path_is_taken_once_it_is_quiet_and_only_then(
    saves: list[tuple[str, float]],
) -> None:
    waiting = WaitingPaths(quiet=0.3, batch=1.0)
    now, last, taken = 0.0, dict[str, float](), set[str]()

    for path, pause in saves:
        now += pause
        for ready in waiting.take(now):
            assert now >= last.pop(ready) + 0.3
            taken.add(ready)
        waiting.add(path, now)
        last[path] = now
    taken |= set(waiting.take(now + 0.3001))

    assert taken == {path for path, _ in saves}
    assert waiting.due() is None
