"""What a person can ask for: one async function a verb, from arguments to values."""
