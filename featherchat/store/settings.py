"""What a store keeps about itself, beside its memories."""

import secrets

from featherchat.store.database import Database


class Settings:
    """Values by name. No index follows them, so they raise no revision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """A value, None if it was never put."""
        found = self._database.value("SELECT value FROM meta WHERE key = ?", (key,))
        return None if found is None else str(found)

    def put(self, key: str, value: str) -> None:
        """Keep a value."""
        with self._database.transaction(raises_revision=False):
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add(self, key: str, amount: int) -> None:
        """Raise a number that is counted by several processes; it begins at 0."""
        with self._database.transaction(raises_revision=False):
            self._database.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key)"
                " DO UPDATE SET value = CAST(value AS INTEGER) + excluded.value",
                (key, str(amount)),
            )

    def redaction_key(self) -> bytes:
        """What the marks of redacted secrets are made with: local to this store."""
        found = self.get("redaction_key")
        if found is None and self._database.read_only is None:
            found = secrets.token_hex(16)
            self.put("redaction_key", found)
        return bytes.fromhex(found or "")
