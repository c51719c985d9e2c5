"""Predictors of the next page over plain dictionaries and lists."""

from __future__ import annotations

from typing import Any

MASK = 2**64 - 1


class NextPage:
    def train(self, page: int, degree: int) -> list[int]:
        return [(page + i) & MASK for i in range(1, degree + 1)]


class Stride:
    def __init__(self) -> None:
        self.history: list[int] = []

    def train(self, page: int, degree: int) -> list[int]:
        self.history.append(page)
        if len(self.history) < 3:
            return []
        a, b, c = self.history[-3:]
        if b - a != c - b or b == c:
            return []
        return [(page + i * (c - b)) & MASK for i in range(1, degree + 1)]


class Table:
    """Rows by number modulo n: a row forgets when another number comes to it."""

    def __init__(self, rows: int) -> None:
        self.rows, self.n = dict[int, tuple[int, list[int]]](), rows

    def put(self, key: int, follower: int) -> None:
        owner, followers = self.rows.get(key % self.n, (key, []))
        if owner != key:
            followers = []
        if not followers or followers[0] != follower:
            followers = [follower, *followers][:2]
        self.rows[key % self.n] = (key, followers)

    def get(self, key: int) -> list[int]:
        owner, followers = self.rows.get(key % self.n, (key, []))
        return followers if owner == key else []


class Distance:
    def __init__(self) -> None:
        self.table, self.history = Table(256), list[int]()

    def train(self, page: int, degree: int) -> list[int]:
        self.history.append(page)
        distances = [(b - a) & MASK for a, b in zip(self.history, self.history[1:], strict=False)]
        if len(distances) >= 2:
            self.table.put(distances[-2], distances[-1])
        followers = self.table.get(distances[-1])[:degree] if distances else []
        self.history = self.history[-3:]
        return [(page + d) & MASK for d in followers if d]


class Markov:
    def __init__(self) -> None:
        self.table, self.last = Table(1024), -1

    def train(self, page: int, degree: int) -> list[int]:
        if self.last >= 0:
            self.table.put(self.last, page)
        self.last = page
        return [p for p in self.table.get(page)[:degree] if p != page]


PREFETCHERS: dict[str, Any] = {
    "next_page": NextPage, "stride": Stride, "distance": Distance, "markov": Markov,
}  # fmt: skip
