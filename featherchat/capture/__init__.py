"""The wing that learns."""
