from hypothesis import given
from hypothesis import strategies as st

from featherchat_tui.history import History


def test_walking_back_gives_the_newest_first_and_stops_at_the_oldest() -> None:
    history = History(load=lambda: ["first", "second"])

    walked = [history.walk(-1, "draft"), history.walk(-1, ""), history.walk(-1, "")]

    assert walked == ["second", "first", None]


@given(st.lists(st.text(min_size=1), max_size=5), st.text(), st.integers(0, 7))
def test_walking_back_and_forth_gives_the_draft_again(
    prompts: list[str], draft: str, steps: int
) -> None:
    history = History(load=lambda: prompts)
    taken = [text for text in (history.walk(-1, draft) for _ in range(steps)) if text is not None]

    back = [history.walk(1, "other") for _ in taken]

    assert not taken or back[-1] == draft


def test_a_prompt_is_saved_once_when_it_is_repeated() -> None:
    saved: list[str] = []
    history = History(save=saved.append)

    for text in ("one", "one", "", "two"):
        history.add(text)

    assert saved == ["one", "two"]


def test_a_search_finds_each_prompt_once_newest_first() -> None:
    history = History(load=lambda: ["run tests", "why?", "Run it", "run tests"])

    found = [one.text for one in history.matching("run")]

    assert found == ["run tests", "Run it"]
