"""Measurements of what the README promises: one question a script, one line a figure."""
