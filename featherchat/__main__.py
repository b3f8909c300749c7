"""``python -m featherchat``: the headless command line."""

from featherchat.cli.group import main

if __name__ == "__main__":
    main()
