"""The command ``featherchat``: the shell's commands, and the app when there is none.

Textual is imported only when the app opens.
"""

import sys
from typing import TYPE_CHECKING

from featherchat.cli.group import Options, current_folder, make_group, narrate, run_cli

if TYPE_CHECKING:
    # Imported when the app opens.
    from featherchat_tui.account import Account
    from featherchat_tui.app import FeatherchatApp


def main() -> None:
    """The entry point of the console script."""
    sys.exit(run_cli(make_group(open_app)))


def open_app(options: Options, go_on: bool, resume: str | None, demo: bool = False) -> int:
    """Run the app until it is left; its exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        narrate("The app needs a terminal. In a pipe, use featherchat ask.")
        return 2
    if demo:
        return _open_demo()
    import os

    from featherchat.config import load_config
    from featherchat.store.places import Places
    from featherchat_tui.account import Account
    from featherchat_tui.app import FeatherchatApp
    from featherchat_tui.opening import Start

    places = Places.default()
    look = load_config(places.config / "config.toml", None, os.environ).app
    start = Start(
        current_folder(), options.settings(), options.trust, options.project, go_on, resume
    )
    account = Account.of(places)
    app = FeatherchatApp(start, account=account, theme=look.theme, animations=look.animations)
    _run(app, account)
    for line in app.chat.last_words:
        narrate(line)
    return app.return_code or 0


def _open_demo() -> int:
    from featherchat_tui.account import Account
    from featherchat_tui.app import FeatherchatApp
    from featherchat_tui.demo import demo
    from featherchat_tui.demo_project import EXAMPLE
    from featherchat_tui.opening import Start

    narrate("A demo in a folder of its own: nothing of yours is read or written.")
    with demo() as scene:
        account = Account.of(scene.surroundings.places)
        start = Start(scene.repository, trust=True, example=EXAMPLE)
        app = FeatherchatApp(start, lambda tell: scene.surroundings, account=account)
        _run(app, account)
    narrate("The demo is gone. In a project of yours: featherchat")
    return app.return_code or 0


def _run(app: "FeatherchatApp", account: "Account") -> None:
    from featherchat_tui.quiet import native_noise_in

    assert account.log is not None
    account.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with native_noise_in(account.log):
        app.run()
    if app.chat.farewell:
        # Only now: while the app ran, file descriptor 2 led to the log.
        narrate(app.chat.farewell)


if __name__ == "__main__":
    main()
