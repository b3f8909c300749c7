"""The heart: remember, recall, fit into a prompt."""
