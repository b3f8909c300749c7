"""A terminal coding assistant that remembers why."""

__version__ = "0.1.0"
