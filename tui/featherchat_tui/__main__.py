"""The command ``featherchat``: the shell's commands, and the app when there is none.

Textual is imported only when the app opens.
"""

import sys

from featherchat.cli.group import Options, current_folder, make_group, narrate, run_cli


def main() -> None:
    """The entry point of the console script."""
    sys.exit(run_cli(make_group(open_app)))


def open_app(options: Options, go_on: bool, resume: str | None) -> int:
    """Run the app until it is left; its exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        narrate("The app needs a terminal. In a pipe, use featherchat ask.")
        return 2
    import os

    from featherchat.config import load_config
    from featherchat.store.places import Places
    from featherchat_tui.account import Account
    from featherchat_tui.app import FeatherchatApp
    from featherchat_tui.opening import Start
    from featherchat_tui.quiet import native_noise_in

    places = Places.default()
    config = load_config(places.config / "config.toml", None, os.environ)
    start = Start(
        current_folder(), options.settings(), options.trust, options.project, go_on, resume
    )
    account = Account.of(places)
    assert account.log is not None
    account.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    look = config.app
    app = FeatherchatApp(start, account=account, theme=look.theme, animations=look.animations)
    with native_noise_in(account.log):
        app.run()
    chat = app.chat
    if chat.farewell:
        # Only now: while the app ran, file descriptor 2 led to the log.
        narrate(chat.farewell)
    if chat.session_id is not None:
        learned = f" {chat.learned} learned." if chat.learned else ""
        narrate(f"Go on with: featherchat -r {chat.session_id[-8:].lower()}.{learned}")
    return app.return_code or 0


if __name__ == "__main__":
    main()
