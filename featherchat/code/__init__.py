"""The pillar that reads the repository."""
