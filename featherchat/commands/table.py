"""The one table of commands: the shell and the slash menu share names and words.

Pure data: it is read for every ``--help`` and imports nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A command's name and what it does, in a few words."""

    name: str
    summary: str
    usage: str = ""
    """What follows the name, as the slash menu shows it."""

    in_shell: bool = True
    in_app: bool = True


COMMANDS = (
    Command("ask", "One question, one answer, from memory and the model", "QUESTION", in_app=False),
    Command("search", "What the project remembers about something", "QUESTION"),
    Command("remember", "Store something in your own words", "TEXT"),
    Command("show", "One memory with its links and history", "ID"),
    Command("edit", "Change what a memory says", "ID TEXT"),
    Command("forget", "Take a memory out of use", "ID"),
    Command("undo", "Take back the last change, or a whole session"),
    Command("revert", "Take back an edit of a file that you agreed to", "[PATH]", in_shell=False),
    Command("pin", "Keep a memory fresh at any age", "ID"),
    Command("verify", "Say that a suspect memory still holds, or list them", "[ID]"),
    Command("why", "The decisions behind a file or a line", "PATH[:LINE[-LINE]]"),
    Command(
        "links",
        "Which changes carry out which decisions: confirm, reject, unlink",
        "[suggested | confirm CHANGE [DECISION] | reject CHANGE | unlink CHANGE [DECISION]]",
    ),
    Command(
        "deployment",
        "What went where and when: record (also from CI), list, show",
        "record | list | show ID",
        in_app=False,
    ),
    Command("history", "What happened to a memory, change by change", "ID"),
    Command("diff", "What memory learnt and lost between two times", "SINCE [UNTIL]"),
    Command(
        "adr",
        "Decisions: record, list, show, accept, supersede, link, write",
        "list | show ID | new TITLE | accept ID | supersede OLD NEW | write [ID]",
    ),
    Command(
        "inbox",
        "What waits for your word: accept, edit, reject, merge, never",
        "[accept ID | both ID | edit ID TEXT | reject ID | merge ID INTO | never ID]",
    ),
    Command("card", "What every session starts with", "[--write FILE]"),
    Command("bug", "Record a bug: cause, fix, prevention", "WHAT --cause WHY --fix HOW"),
    Command("tried", "Record a dead end, and why it failed", "WHAT --because WHY"),
    Command("prefer", "How you like to work, seen by you alone", "TEXT [--scope all|project]"),
    Command("sessions", "Your conversations, or those with some words", "[WORDS]"),
    Command("export", "A conversation as Markdown or JSON", "[ID] [json]"),
    Command("init", "Learn the project's documents and decision records"),
    Command("index", "Bring memory up to the commits of this branch", in_app=False),
    Command("note", "Say why you are changing a file; its commit keeps it", "PATH… WHY"),
    Command("watch", "Record commits and saves as they are made", in_app=False),
    Command("reindex", "Embed every memory anew", in_app=False),
    Command("compact", "Forget how memory was long ago", in_app=False),
    Command("where", "Where the store, the settings and the log lie"),
    Command("doctor", "Check the store, the embedder and the model"),
    Command("backup", "Copy the store, list the copies, put one back", "[PATH]", in_app=False),
    Command("config", "The settings in force"),
    Command("help", "Keys and commands", in_shell=False),
    Command("clear", "Begin a new conversation; memory stays", in_shell=False),
    Command("decisions", "The decisions as graph, tree and timeline", in_shell=False),
    Command("memory", "Every memory: what is strong, what fades", in_shell=False),
    Command("code", "Code changes, and the decisions behind them", in_shell=False),
    Command("changes", "What memory learnt, change by change, and undo", in_shell=False),
    Command(
        "asof",
        "Read the memory of another time in panes and searches",
        "WHEN | now",
        in_shell=False,
    ),
    Command("resume", "Go on with an earlier conversation", "[ID]", in_shell=False),
    Command("fork", "Go on in a copy of this conversation", in_shell=False),
    Command("rename", "Give this conversation a title", "TITLE", in_shell=False),
    Command("compact", "Go on with a summary of the conversation", "[FOCUS]", in_shell=False),
    Command("model", "Show the model, or choose another", "[NAME]", in_shell=False),
    Command("key", "Give an Anthropic key for this run", in_shell=False),
    Command("theme", "Choose a theme", "[NAME]", in_shell=False),
    Command("settings", "Every setting, where it comes from, and another value", in_shell=False),
    Command("keys", "What your terminal sends for a key", in_shell=False),
    Command("copy", "Copy the last answer", in_shell=False),
    Command("exit", "Leave", in_shell=False),
)
"""In the order of use, not of the alphabet."""


def shell_commands() -> tuple[Command, ...]:
    """The commands of the shell."""
    return tuple(command for command in COMMANDS if command.in_shell)


def slash_commands() -> tuple[Command, ...]:
    """The commands of the app."""
    return tuple(command for command in COMMANDS if command.in_app)
