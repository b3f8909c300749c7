"""The screen of featherchat, on Textual."""
