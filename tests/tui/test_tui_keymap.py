"""A person's own keys: taken over, or reported and left as they were."""

from pathlib import Path

import pytest

from featherchat_tui.keymap import load_keymap

OWN = {"decisions": "f3", "decay": "f4", "help": "f1"}


def keymap_of(tmp_path: Path, text: str) -> tuple[dict[str, str], str]:
    (tmp_path / "keys.toml").write_text(text)
    found = load_keymap(tmp_path / "keys.toml", OWN)
    return dict(found.keys), "\n".join(found.problems)


def test_a_key_is_taken_over(tmp_path: Path) -> None:
    assert keymap_of(tmp_path, '[keys]\ndecay = "F9"') == ({"decay": "f9"}, "")


def test_two_actions_may_change_their_keys_with_each_other(tmp_path: Path) -> None:
    text = '[keys]\ndecay = "f3"\ndecisions = "f4"'

    assert keymap_of(tmp_path, text) == ({"decay": "f3", "decisions": "f4"}, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[keys]\ndecai = "f9"', "There is no action decai. Did you mean decay?"),
        ('[keys]\ndecay = "f3"', "decay cannot be f3: decisions has it."),
        ('[keys]\ndecay = "enter"', "decay cannot be enter: the prompt needs it."),
        ('[keys]\ndecay = "x"', "decay cannot be x: the prompt needs it."),
        ("[keys]\ndecay = 4", "decay must be a key such as f9 or ctrl+g."),
        ("keys = 3", "keys must be a table."),
        ("[keys", "keys.toml cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_reported_and_left(tmp_path: Path, text: str, problem: str) -> None:
    keys, said = keymap_of(tmp_path, text)

    assert keys == {}
    assert problem in said


def test_of_two_that_want_one_key_one_keeps_its_own(tmp_path: Path) -> None:
    keys, said = keymap_of(tmp_path, '[keys]\ndecay = "f9"\nhelp = "f9"')

    assert keys == {"help": "f9"}
    assert said == "keys.toml: decay cannot be f9: help has it."


def test_without_a_file_nothing_differs(tmp_path: Path) -> None:
    assert load_keymap(tmp_path / "keys.toml", OWN).keys == {}
    assert load_keymap(None, OWN).keys == {}
