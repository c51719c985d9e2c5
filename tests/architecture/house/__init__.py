"""The rules of the house as functions: each takes the root of a tree and returns violations.

A violation is one line of text, ``file:line: what is wrong and what to do``. Tests call each rule
twice: on this tree, where it must return nothing, and on a small tree with a planted mistake, where
it must name it.
"""

from __future__ import annotations


def expect_none(violations: list[str]) -> None:
    """Fail with every violation on a line of its own."""
    assert not violations, "\n" + "\n".join(violations)
