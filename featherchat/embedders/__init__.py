"""The pillar that turns text into vectors."""
