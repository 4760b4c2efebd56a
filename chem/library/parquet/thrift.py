"""Thrift's compact protocol, in which Parquet writes what it says of itself: structs from bytes."""

from typing import Any

from chem.errors import HitlistError

_DEEPEST = 32
"""Structs and lists inside each other; a footer has eight."""
_TRUE, _FALSE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT, _UUID = 1, 2, 7, 8, 9, 10, 11, 12, 13
_FIXED = {3: 1, _DOUBLE: 8, _UUID: 16}
"""Bytes of a value; 3 is a byte."""
_NUMBERS = (4, 5, 6)


class CutShortError(HitlistError, ValueError):
    """The bytes end before the struct does."""


class CompactReader:
    """Reads one struct after another; ValueError wherever that does not hold together.

    what: what is read, for the error: ``its footer``.
    """

    def __init__(self, content: bytes, what: str) -> None:
        self._content, self.at, self._what = content, 0, what

    def struct(self, deep: int = 0) -> dict[int, Any]:
        """Return the fields of a struct by their numbers."""
        found: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            kind, step = head & 15, head >> 4
            number = number + step if step else self._number()
            # In a struct the value of a truth is in the head itself.
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, deep)
        return found

    def _value(self, kind: int, deep: int) -> Any:
        if kind in _NUMBERS:
            return self._number()
        if kind == _BINARY:
            return self._take(self._varint())
        if deep == _DEEPEST:
            raise ValueError(f"{self._what} is nested too deeply")
        if kind == _STRUCT:
            return self.struct(deep + 1)
        if kind in (_LIST, _SET):
            head = self._byte()
            count, each = head >> 4, head & 15
            count = self._varint() if count == 15 else count
            self._check(count)
            return [self._item(each, deep + 1) for _ in range(count)]
        if kind == _MAP:
            count = self._varint()
            self._check(count)
            kinds = self._byte() if count else 0
            for _ in range(count):
                self._item(kinds >> 4, deep + 1)
                self._item(kinds & 15, deep + 1)
            return None
        if kind in _FIXED:
            return self._take(_FIXED[kind])
        raise ValueError(f"{self._what} is damaged")

    def _item(self, kind: int, deep: int) -> Any:
        return self._byte() if kind in (_TRUE, _FALSE) else self._value(kind, deep)

    def _check(self, count: int) -> None:
        if count > len(self._content) - self.at:  # each takes a byte at least
            raise CutShortError(f"{self._what} is cut short")

    def _number(self) -> int:
        found = self._varint()
        return (found >> 1) ^ -(found & 1)

    def _varint(self) -> int:
        found = shift = 0
        while shift < 70:
            byte = self._byte()
            found |= (byte & 127) << shift
            if byte < 128:
                return found
            shift += 7
        raise ValueError(f"{self._what} is damaged")

    def _byte(self) -> int:
        if self.at >= len(self._content):
            raise CutShortError(f"{self._what} is cut short")
        self.at += 1
        return self._content[self.at - 1]

    def _take(self, size: int) -> bytes:
        if size > len(self._content) - self.at:
            raise CutShortError(f"{self._what} is cut short")
        self.at += size
        return self._content[self.at - size : self.at]
