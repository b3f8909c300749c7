from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from featherchat_tui.theming import DEFAULT_THEME, load_themes, theme_folders

THEMES, PROBLEMS = load_themes(theme_folders())

ON_PAGE = (
    "foreground",
    "foreground-muted",
    "accent",
    "warning",
    "error",
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
)
"""The colors that widgets and highlighted code write text in."""

GROUNDS = ("background", "surface")

MINIMAL = """
[colors]
primary = "#8fc1ad"
accent = "#8fc1ad"
warning = "#d9a867"
error = "#e08a7d"
foreground = "#ddd8cc"
background = "#17191b"
surface = "#1e2124"
panel = "#2d3135"
"""


def luminance(color: Color) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [value / 255 for value in color.rgb]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(theme: Theme, text: str, ground: str, alpha: float = 1.0) -> float:
    """WCAG's contrast ratio, from 1 to 21, of a text that lets the ground shine through."""
    colors = theme.to_color_system().generate()
    under = Color.parse(colors[ground])
    over = under.blend(Color.parse(colors[text]), alpha)
    lighter, darker = sorted((luminance(over), luminance(under)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_our_themes_are_whole() -> None:
    assert PROBLEMS == ()
    names = {"dark", "light", "high-contrast", "dusk", "paper"}
    assert {theme.name for theme in THEMES} == {DEFAULT_THEME, *names}
    assert {theme.name for theme in THEMES if not theme.dark} == {"light", "paper"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ON_PAGE)
def test_every_text_can_be_read_on_every_ground(theme: Theme, text: str, ground: str) -> None:
    least = 7.0 if theme.name == "high-contrast" else 4.5

    assert contrast(theme, text, ground) >= least


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_on_the_accent_and_on_a_selection_can_be_read(theme: Theme) -> None:
    least = 7.0 if theme.name == "high-contrast" else 4.5

    assert contrast(theme, "background", "accent") >= least
    # Textual draws docstrings in code at 80 %.
    assert contrast(theme, "text-success", "surface", 0.8) >= least
    assert contrast(theme, "foreground", "panel") >= least
    assert contrast(theme, "foreground", "screen-selection-background") >= least


def test_a_theme_is_named_by_its_file_unless_it_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINIMAL)

    themes, problems = load_themes([tmp_path, tmp_path / "absent"])

    assert [theme.name for theme in themes] == ["mine"]
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colors = [", "It cannot be read"),
        (
            MINIMAL.replace("warning", "warnign"),
            "colors.warnign is not known. Did you mean colors.warning?",
        ),
        (MINIMAL.replace('"#17191b"', '"nocolor"'), "colors.background is 'nocolor'"),
        (MINIMAL.replace('surface = "#1e2124"', ""), "colors.surface is missing."),
        ('dark = "yes"' + MINIMAL, "dark must be true or false."),
        (MINIMAL + "[variables]\nx = 1", "variables.x must be a text."),
        ("colors = 3", "colors must be a table."),
        ('name = "[x] \\u001b[31m"' + MINIMAL, "name may have letters, digits, - and _ only."),
    ],
)
def test_a_broken_theme_is_reported_and_the_others_are_loaded(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "broken.toml").write_text(text)
    (tmp_path / "good.toml").write_text(MINIMAL)

    themes, problems = load_themes([tmp_path])

    assert [theme.name for theme in themes] == ["good"]
    assert [problem.path.name for problem in problems] == ["broken.toml"]
    assert message in problems[0].message
