"""The links of a text that a parser reads: what it is worth whole, and piece by piece.

`request` is `{"text"}`. `message` is what the parser makes of the whole, `stream` what it makes of
each beginning. A parser's refusal is an answer like any other: `{"error": {"type", "message"}}`.
"""

from guest.wire import plain, text_of

MOST = 64  # beginnings of a long text, evenly spread


class Parse:
    """One parser; brings `answers` and `show` of a module."""

    def __init__(self, read, in_pieces):
        """Take two functions of a text: its value, and the values of its beginnings."""
        self.ways = {"message": read, "stream": in_pieces}

    def answers(self, ask):
        """Name the links that a parser can show."""
        return frozenset(self.ways) if ask == "parse" else frozenset()

    def show(self, link, probe, _chain):
        """Read the text, or say how that was refused."""
        return tried(self.ways[link], text_of(probe["request"]["text"]))


def tried(call, *arguments):
    """Return what a call returns, or the error that it raises."""
    try:
        return plain(call(*arguments))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - panics of Rust code are BaseExceptions
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def beginnings(text):
    """Return the beginnings of `text`, the empty one first; of a long one `MOST` of them."""
    step = max(1, len(text) // MOST)
    return [text[:end] for end in range(0, len(text), step)] + [text]
