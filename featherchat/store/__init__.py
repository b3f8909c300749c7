"""The pillar that guards SQLite, tantivy and the vectors: nothing above it knows them."""
