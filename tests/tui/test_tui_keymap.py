"""A person's own keys: taken over, or reported and left as they were."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat_tui.keymap import load_keymap
from featherchat_tui.keys import keys_with

OWN = {"decisions": "f3", "decay": "f4", "help": "f1"}


def keymap_of(tmp_path: Path, text: str) -> tuple[dict[str, str], str]:
    (tmp_path / "keys.toml").write_text(text)
    found = load_keymap(tmp_path / "keys.toml", OWN, frozenset({"ctrl+a"}))
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
        ('[keys]\ndecay = "ctrl+a"', "decay cannot be ctrl+a: the prompt needs it."),
        ("[keys]\ndecay = 4", "decay must be a key such as f9 or ctrl+g."),
        ('[keys]\ndecay = "f9,f10"', "decay must be a key such as f9 or ctrl+g."),
        ('[keys]\ndecay = "control+9"', "decay must be a key such as f9 or ctrl+g."),
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


def test_who_has_to_keep_its_key_is_in_nobodys_way(tmp_path: Path) -> None:
    text = '[keys]\nhelp = "f4"\ndecay = "f3"'

    keys, said = keymap_of(tmp_path, text)

    assert keys == {}
    assert "decay cannot be f3: decisions has it." in said
    assert "help cannot be f4: decay has it." in said


def test_hints_and_help_name_the_keys_that_a_person_has(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[keys]\ndecay = "ctrl+g"\nhelp = "shift+f3"')

    found = load_keymap(tmp_path / "keys.toml", OWN)

    assert (
        found.in_words("F1 help   F3 decisions   esc F4") == "shift+F3 help   F3 decisions   esc ^G"
    )
    assert "Memory and decay" in [each.where for each in keys_with(found) if "^G" in each.key]
    assert "decay" in found.note
    assert str(tmp_path / "keys.toml") in found.note


@given(st.dictionaries(st.sampled_from(sorted(OWN)), st.sampled_from(["f1", "f3", "f4", "f9"])))
def test_no_two_actions_ever_have_one_key(wanted: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.toml"
        path.write_text("[keys]\n" + "\n".join(f'{name} = "{key}"' for name, key in wanted.items()))

        found = load_keymap(path, OWN)

    assert len(set({**OWN, **found.keys}.values())) == len(OWN)


def test_without_a_file_nothing_differs(tmp_path: Path) -> None:
    assert load_keymap(tmp_path / "keys.toml", OWN).keys == {}
    assert load_keymap(None, OWN).keys == {}
