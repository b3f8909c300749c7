"""The settings: defaults < user file < project file < environment < options.

Reading never writes. A key that is not known is refused with the nearest one
that is. A project's file comes from the repository, so it may tune learning and
recall and nothing else: never where the store lies, or who is sent what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from featherchat.errors import ConfigError
from featherchat.memory import Kind
from featherchat.settings import (
    BOUNDS,
    CHOICES,
    ENDLESS,
    AdrSettings,
    AppSettings,
    ChatSettings,
    DeveloperSettings,
    EmbedderSettings,
    LearnSettings,
    ModelSettings,
    RecallSettings,
    StoreSettings,
)

PROJECT_FILE = ".featherchat.toml"
PROJECT_SECTIONS = frozenset({"recall", "learn", "adr"})
"""What a repository may set."""

_ENVIRONMENT_PREFIX = "FEATHERCHAT_"
_RELAXING = "auto"
"""What a repository may not make of a kind: only the person decides what needs no word of theirs."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting."""

    model: ModelSettings = field(default_factory=ModelSettings)
    chat: ChatSettings = field(default_factory=ChatSettings)
    embedder: EmbedderSettings = field(default_factory=EmbedderSettings)
    recall: RecallSettings = field(default_factory=RecallSettings)
    learn: LearnSettings = field(default_factory=LearnSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    app: AppSettings = field(default_factory=AppSettings)
    adr: AdrSettings = field(default_factory=AdrSettings)
    developer: DeveloperSettings = field(default_factory=DeveloperSettings)

    def with_options(self, options: Mapping[str, Any]) -> "Config":
        """The settings with some replaced, named as ``section.key``; None leaves one as it is."""
        config = self
        for name, value in options.items():
            if value is not None:
                section, _, key = name.partition(".")
                config = _with(config, section, key, value, "the command line")
        return config


def load_config(
    user_file: Path | None, project_folder: Path | None, environment: Mapping[str, str]
) -> Config:
    """Read the settings.

    Args:
        user_file: The user's own file; it may be absent.
        project_folder: The root of a trusted project, or None.
        environment: Variables such as FEATHERCHAT_MODEL_NAME.

    Raises:
        ConfigError: If a file cannot be read or a setting is unknown or wrong.
    """
    config = Config()
    if user_file is not None:
        config = _with_file(config, user_file, None)
    if project_folder is not None:
        mine = config.adr.roots
        config = _with_file(config, project_folder / PROJECT_FILE, PROJECT_SECTIONS)
        if config.adr.roots != mine:
            _check_inside(config.adr.roots, project_folder / PROJECT_FILE)
    return _with_environment(config, environment)


def settings_of(config: Config) -> dict[str, Any]:
    """Every setting by its full name, such as ``model.name``."""
    return {
        f"{section.name}.{key.name}": getattr(getattr(config, section.name), key.name)
        for section in fields(config)
        for key in fields(getattr(config, section.name))
    }


def _with_file(config: Config, path: Path, allowed: frozenset[str] | None) -> Config:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return config
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", hint="Check the file and its permissions."
        ) from error
    # Here and below: 5 ms of start-up that most starts need not pay.
    import tomllib

    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.", hint="Mend that line.") from error
    for section, keys in content.items():
        if allowed is not None and section not in allowed:
            raise _not_of_a_project(f"[{section}]", path)
        if not isinstance(keys, dict):
            raise ConfigError(
                f"{path} has {section} outside of a section.",
                hint=f"Write it below a heading such as [{_nearest(section, _sections())}].",
            )
        for key, value in keys.items():
            if allowed is not None and (section, key) == ("learn", "policy"):
                _check_relaxes_nothing(value, path)
            if allowed is not None and (section, key) == ("learn", "daily_tokens"):
                raise _not_of_a_project("learn.daily_tokens", path)
            config = _with(config, section, key, value, str(path))
    return config


def _not_of_a_project(setting: str, path: Path) -> ConfigError:
    return ConfigError(
        f"{path} sets {setting}, which a project's file may not.",
        hint="Put it into your own file; featherchat where names it.",
    )


def _check_relaxes_nothing(policy: Any, path: Path) -> None:
    for kind, word in policy.items() if isinstance(policy, Mapping) else ():
        if word == _RELAXING:
            raise _not_of_a_project(f"learn.policy.{kind} to {word}", path)


def _check_inside(folders: tuple[str, ...], path: Path) -> None:
    for folder in folders:
        if folder.startswith(("/", "~")) or ".." in Path(folder).parts:
            raise ConfigError(
                f"{path} sets adr.roots to {folder}, which leads out of the project.",
                hint="Put it into your own file; featherchat where names it.",
            )


def _with_environment(config: Config, environment: Mapping[str, str]) -> Config:
    for name, text in sorted(environment.items()):
        if not name.startswith(_ENVIRONMENT_PREFIX):
            continue
        section, _, key = name.removeprefix(_ENVIRONMENT_PREFIX).lower().partition("_")
        import tomllib

        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        config = _with(config, section, key, value, f"the environment variable {name}")
    return config


def _with(config: Config, section: str, key: str, value: Any, where: str) -> Config:
    if section not in _sections():
        raise ConfigError(
            f"{where} sets {section}.{key}, but there is no section {section}.",
            hint=f"Did you mean {_nearest(section, _sections())}.{key}?",
        )
    settings = getattr(config, section)
    assert is_dataclass(settings) and not isinstance(settings, type)
    known = [each.name for each in fields(settings)]
    if key not in known:
        raise ConfigError(
            f"{where} sets {section}.{key}, but there is no such setting.",
            hint=f"Did you mean {section}.{_nearest(key, known)}?",
        )
    kind = get_type_hints(type(settings))[key]
    name = f"{section}.{key}"
    checked = _checked(value, kind, name, where)
    if isinstance(checked, int | float):
        _check_bounds(checked, name, where)
    if name in CHOICES:
        _check_choice(checked, name, where)
    if isinstance(checked, Mapping):
        # What a file before it set of other keys stays.
        checked = {**getattr(settings, key), **checked}
    changed: dict[str, Any] = {section: replace(settings, **{key: checked})}
    return replace(config, **changed)


def _checked(value: Any, kind: Any, name: str, where: str) -> Any:
    """The value as its setting's type; what does not fit is refused."""
    if get_origin(kind) is tuple:
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
    elif get_origin(kind) is Mapping:
        if isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
            return dict(value)
    else:
        for option in get_args(kind) or (kind,):
            if type(value) is option:
                return value
            if option is float and type(value) is int:
                return float(value)
            if option is str and type(value) in (int, float):
                return str(value)
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    wanted = next(
        (words[option] for option in (*get_args(kind), kind) if option in words),
        "a list of texts",
    )
    if get_origin(kind) is tuple:
        wanted = "a list of texts"
    if get_origin(kind) is Mapping:
        wanted = "a table of texts"
    raise ConfigError(
        f"{where} sets {name} to {value!r}, but it is {wanted}.",
        hint=f"Set {name} to {wanted}; featherchat config shows every setting.",
    )


def _check_choice(value: Any, name: str, where: str) -> None:
    words = " or ".join(CHOICES[name])
    table = {name: value}
    if isinstance(value, Mapping):
        table = {f"{name}.{kind}": word for kind, word in value.items()}
        for kind in value:
            if kind not in set(Kind):
                raise ConfigError(
                    f"{where} sets {name}.{kind}, but there is no kind {kind}.",
                    hint=f"Did you mean {name}.{_nearest(kind, [each.value for each in Kind])}?",
                )
    for full, word in table.items():
        if word not in CHOICES[name]:
            raise ConfigError(
                f"{where} sets {full} to {word!r}, but it is {words}.",
                hint=f"Set {full} to {words}.",
            )


def _check_bounds(value: float, name: str, where: str) -> None:
    least, most = BOUNDS.get(name, (-ENDLESS, ENDLESS))
    if not least <= value <= most:
        bounds = f"at least {least:g}" if most == ENDLESS else f"from {least:g} to {most:g}"
        raise ConfigError(
            f"{where} sets {name} to {value:g}, but it must be {bounds}.",
            hint=f"Set {name} to a number {bounds}.",
        )


def _sections() -> list[str]:
    return [section.name for section in fields(Config)]


def _nearest(word: str, known: list[str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.0)), known[0])
