"""Every key, for the help page; a test holds it against the bindings."""

from featherchat_tui.values import KeyHelp

KEYS = (
    KeyHelp("↵", "send", "Prompt"),
    KeyHelp("^J", "new line", "Prompt"),
    KeyHelp("esc", "close a list, else cancel the answer", "Prompt"),
    KeyHelp("^C", "copy what is selected, clear, interrupt; twice leaves", "Prompt"),
    KeyHelp("↑ ↓", "earlier prompts, from the first and last line", "Prompt"),
    KeyHelp("^R", "search earlier prompts", "Prompt"),
    KeyHelp("tab", "complete", "Prompt"),
    KeyHelp("pgup pgdn", "scroll the conversation", "Prompt"),
    KeyHelp("^D", "leave, when nothing is typed", "Prompt"),
    KeyHelp("F1", "this page"),
    KeyHelp("F3", "decisions"),
    KeyHelp("^O", "what memory did for the newest answer"),
    KeyHelp("^P", "command palette"),
    KeyHelp("^L", "repaint"),
    KeyHelp("^Q", "leave"),
    KeyHelp("j k", "next and previous block", "Conversation"),
    KeyHelp("c", "copy the block", "Conversation"),
    KeyHelp("m", "open the strip", "Conversation"),
    KeyHelp("↑ ↓", "choose a memory", "Memory strip"),
    KeyHelp("↵", "read it whole", "Memory strip"),
    KeyHelp("p", "pin or unpin", "Memory strip"),
    KeyHelp("f", "forget", "Memory strip"),
    KeyHelp("u", "undo what this turn learned", "Memory strip"),
    KeyHelp("↑ ↓ ← →", "walk and unfold", "Decisions"),
    KeyHelp("↵", "read it whole", "Decisions"),
    KeyHelp("/", "filter", "Decisions"),
    KeyHelp("esc", "back to the prompt", "Decisions"),
)
