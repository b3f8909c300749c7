"""A key that does not show itself.

A traceback, a log line or a list of local variables shows ``repr``: a key that
lived in a plain text would stand in a pasted bug report.
"""

from featherchat.errors import KeyRejected


class Key:
    """A secret that is sent to one server; only ``reveal`` gives it away.

    Raises:
        KeyRejected: If it is empty or holds what cannot stand in a header, such as
            a typographic dash from a copied document.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text.strip()
        if not self._text or not all("!" <= character <= "~" for character in self._text):
            raise KeyRejected(
                "The key is empty or holds characters that no key has.",
                hint="Copy the key again, without the text around it.",
            )

    def __repr__(self) -> str:
        return "Key(…)"

    def reveal(self) -> str:
        """The secret itself, for the header of a request."""
        return self._text
