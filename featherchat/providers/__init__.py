"""The pillar that talks to language models."""
