"""Settings with their origins, and a person's own file changed."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.commands.settings import Origin, as_toml, set_setting, settings_with_origins
from featherchat.config import load_config
from featherchat.errors import ConfigError
from tests.workshop import Workshop

MINE = """# How I like it.
[app]
theme = "dark"  # at night

[recall]
limit = 5
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text(MINE)
    return file


def test_a_setting_is_changed_and_the_rest_of_the_file_stays(file: Path) -> None:
    set_setting(file, "recall.limit", "7")
    set_setting(file, "recall.fusion", "rrf")
    set_setting(file, "model.name", '"a \\"model\\""')

    config = load_config(file, None, {})
    assert (config.recall.limit, config.recall.fusion, config.model.name) == (7, "rrf", 'a "model"')
    assert file.read_text().startswith('# How I like it.\n[app]\ntheme = "dark"  # at night\n')


def test_an_empty_value_gives_the_default_back(file: Path) -> None:
    assert set_setting(file, "recall.limit", " ") is None

    assert load_config(file, None, {}).recall.limit == 10
    assert "limit" not in file.read_text()


@pytest.mark.parametrize(
    ("name", "text"), [("recall.limit", "many"), ("recall.limitt", "5"), ("recall.limit", "0")]
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    file: Path, name: str, text: str
) -> None:
    with pytest.raises(ConfigError):
        set_setting(file, name, text)

    assert file.read_text() == MINE
    assert list(file.parent.iterdir()) == [file]


def test_a_file_is_made_where_there_was_none(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"

    set_setting(file, "app.animations", "false")

    assert file.read_text() == "[app]\nanimations = false\n"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.anyio
async def test_every_value_says_what_set_it_last(workshop: Workshop) -> None:
    workshop.configure("[recall]\nlimit = 5\ntime_weight = 0.5\n")
    workshop.write(".featherchat.toml", "[recall]\ntime_weight = 0.1\n")
    workshop.environment["FEATHERCHAT_APP_THEME"] = "light"

    async with workshop.open(options={"model.name": "m"}) as project:
        found = settings_with_origins(project, workshop.environment, {"model.name": "m"})

    origins = {each.name: (each.value, each.origin) for each in found}
    assert origins["recall.limit"] == (5, Origin.FILE)
    assert origins["recall.time_weight"] == (0.1, Origin.PROJECT)
    assert origins["app.theme"] == ("light", Origin.ENVIRONMENT)
    assert origins["model.name"] == ("m", Origin.OPTION)
    assert origins["recall.fusion"][1] is Origin.DEFAULT


@given(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=("C",))),
        st.lists(st.text(st.characters(exclude_categories=("C",)))),
    )
)
def test_a_value_is_written_as_it_is_read(value: object) -> None:
    assert tomllib.loads(f"value = {as_toml(value)}")["value"] == value
