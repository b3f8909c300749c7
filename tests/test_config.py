"""Settings from files, environment and options; what is wrong is named with what is near."""

import re
from pathlib import Path

import pytest

from featherchat.config import PROJECT_FILE, Config, load_config, settings_of
from featherchat.errors import ConfigError


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_files_the_defaults_hold(user_file: Path, tmp_path: Path) -> None:
    assert load_config(user_file, tmp_path, {}) == Config()
    assert not user_file.exists()


def test_the_nearer_source_wins(user_file: Path, tmp_path: Path) -> None:
    user_file.write_text(
        "[recall]\nlimit = 1\nhalf_life = 1\ntime_weight = 0.1\n[model]\nname = 5\n"
    )
    (tmp_path / PROJECT_FILE).write_text("[recall]\nlimit = 2\nhalf_life = 2\n")

    config = load_config(user_file, tmp_path, {"FEATHERCHAT_RECALL_HALF_LIFE": "3"})

    assert config.recall.time_weight == 0.1
    assert config.recall.limit == 2
    assert config.recall.half_life == 3.0
    assert config.model.name == "5"
    assert config.with_options({"recall.limit": 7, "model.name": None}).recall.limit == 7


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[recal]\nlimit = 1", "no section recal", "recall.limit"),
        ("[recall]\nlimt = 1", "recall.limt", "recall.limit"),
        ("limit = 1", "limit outside of a section", "heading"),
        ("[recall]\nlimit = 'many'", "a whole number", "recall.limit"),
        ("[recall]\nlimit = true", "a whole number", "recall.limit"),
        ("[learn]\nconversations = 1", "true or false", "learn.conversations"),
        ("[learn]\ninclude = 'docs'", "a list of texts", "learn.include"),
        ("[learn]\ninclude = [1]", "a list of texts", "learn.include"),
        ("[recall", "not valid TOML", ""),
        ("[recall]\nlimit = 0", "recall.limit", "1"),
        ("[recall]\nlimit = -3", "recall.limit", "1"),
        ("[recall]\nhalf_life = 0", "recall.half_life", ""),
        ("[recall]\nhalf_life = nan", "recall.half_life", ""),
        ("[recall]\ntime_weight = 1.5", "recall.time_weight", "1"),
        ("[recall]\nprompt_tokens = -1", "recall.prompt_tokens", ""),
        ("[recall]\nprompt_recency = 2", "recall.prompt_recency", "1"),
        ("[recall]\nfusion = 'best'", "recall.fusion", "weighted or rrf"),
        ("[learn]\nmax_documents = -1", "learn.max_documents", ""),
        ("[learn]\nmax_bytes = 0", "learn.max_bytes", ""),
        ("[learn]\npiece_words = 0", "learn.piece_words", ""),
        ("[store]\nbusy_timeout = -1", "store.busy_timeout", ""),
        ("[model]\nmax_tokens = 0", "model.max_tokens", ""),
        ("[embedder]\nthreads = 0", "embedder.threads", ""),
    ],
)
def test_what_is_wrong_is_named_with_the_way_out(
    user_file: Path, text: str, message: str, hint: str
) -> None:
    user_file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_config(user_file, None, {})

    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_text_is_named(user_file: Path) -> None:
    user_file.write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match=r"config\.toml cannot be read"):
        load_config(user_file, None, {})


@pytest.mark.parametrize("section", ["model", "store", "embedder", "app", "hooks"])
def test_a_projects_file_may_only_tune_learning_and_recall(tmp_path: Path, section: str) -> None:
    (tmp_path / PROJECT_FILE).write_text(f"[{section}]\nname = 'x'\n")

    with pytest.raises(ConfigError, match="may not") as caught:
        load_config(None, tmp_path, {})

    assert "your own file" in caught.value.hint


def test_a_wrong_variable_is_named(user_file: Path) -> None:
    with pytest.raises(ConfigError, match="FEATHERCHAT_MODEL_NAM") as caught:
        load_config(user_file, None, {"FEATHERCHAT_MODEL_NAM": "x"})

    assert "model.name" in caught.value.hint


def test_a_variable_needs_no_quotes(user_file: Path) -> None:
    environment = {
        "FEATHERCHAT_MODEL_BASE_URL": "http://localhost:11434/v1",
        "FEATHERCHAT_LEARN_INCLUDE": '["notes/**"]',
        "FEATHERCHAT_LEARN_CONVERSATIONS": "false",
    }

    config = load_config(user_file, None, environment)

    assert config.model.base_url == "http://localhost:11434/v1"
    assert config.learn.include == ("notes/**",)
    assert config.learn.conversations is False


def test_a_wrong_option_is_named() -> None:
    with pytest.raises(ConfigError, match=r"the command line sets recall\.limit"):
        Config().with_options({"recall.limit": "x"})


def test_every_setting_is_listed_by_its_name() -> None:
    found = settings_of(Config())

    assert found["model.provider"] == "auto"
    assert found["recall.limit"] == 10
    assert all(name.count(".") == 1 for name in found)


def test_a_policy_is_set_by_kind_and_each_file_adds_to_it(user_file: Path, tmp_path: Path) -> None:
    user_file.write_text('[learn.policy]\ndecision = "auto"\ndebugging = "off"\n')
    (tmp_path / PROJECT_FILE).write_text('[learn.policy]\ndecision = "ask"\n')

    config = load_config(user_file, tmp_path, {})

    assert config.learn.policy == {"decision": "ask", "debugging": "off"}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            '[learn.policy]\ndecision = "yes"',
            "learn.policy.decision to 'yes'",
            "auto or ask or off",
        ),
        ('[learn.policy]\ndecison = "ask"', "no kind decison", "learn.policy.decision"),
        ('[learn]\npolicy = "ask"', "a table of texts", "a table of texts"),
    ],
)
def test_a_wrong_policy_is_refused(user_file: Path, text: str, message: str, hint: str) -> None:
    user_file.write_text(text)

    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        load_config(user_file, None, {})

    assert hint in caught.value.hint


def test_a_repository_may_not_let_rules_in_without_a_word(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).write_text('[learn.policy]\ndecision = "auto"\n')

    with pytest.raises(ConfigError, match="a project's file may not"):
        load_config(None, tmp_path, {})


@pytest.mark.parametrize("folder", ["../notes", "/home", "~/notes", "docs/../../notes"])
def test_a_projects_file_cannot_point_to_records_outside(tmp_path: Path, folder: str) -> None:
    (tmp_path / PROJECT_FILE).write_text(f"[adr]\nroots = ['docs/x', '{folder}']\n")

    with pytest.raises(ConfigError, match="leads out of the project"):
        load_config(None, tmp_path, {})


def test_a_project_does_not_set_what_learning_may_cost(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).write_text("[learn]\ndaily_tokens = 9000000\n")

    with pytest.raises(ConfigError, match=r"learn\.daily_tokens, which a project's file may not"):
        load_config(None, tmp_path, {})


def test_your_own_settings_may_point_to_records_outside(tmp_path: Path) -> None:
    (tmp_path / PROJECT_FILE).write_text("[adr]\ndir = 'notes'\n")

    config = load_config(None, tmp_path, {"FEATHERCHAT_ADR_ROOTS": "['../notes']"})

    assert config.adr.roots == ("../notes",)
