"""The wing that talks."""
