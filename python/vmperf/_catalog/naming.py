"""Which names people's words mean: exact names first, then patterns, then lists with commas.

Names of others hold what our words use: ``BM<int, 2>`` a comma, ``test_par[foo]`` brackets. So a
word that is a name is that name, whatever else it could mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from .._errors import invalid, near

__all__ = ["chosen_names"]


def chosen_names(
    words: Iterable[str],
    names: Iterable[str],
    *,
    argument: str = "benchmark",
    matches: Callable[[str, str], bool] = fnmatchcase,
) -> list[str]:
    """Return the names that words choose, each once.

    Parameters
    ----------
    words : iterable of str
        Names, shell patterns, or several of them with commas between.
    names : iterable of str
        All there are, in order.
    argument : str
        Whose value a word is, for the message.
    matches : callable
        Whether a name fits a pattern.

    Raises
    ------
    InvalidArgumentError
        A word that chooses none.

    Examples
    --------
    >>> chosen_names(["BM<int, 2>", "a,b*"], ["a", "b1", "BM<int, 2>"])
    ['BM<int, 2>', 'a', 'b1']
    """
    known = [*names]
    found: dict[str, None] = {}
    for word in words:
        whole = _of(word, known, matches)
        parts = [word] if whole or "," not in word else word.split(",")
        for part in parts:
            mine = whole or _of(part.strip(), known, matches)
            if not mine:
                raise invalid(argument, repr(part), near(part, known))
            found |= dict.fromkeys(mine)
    return [*found]


def _of(word: str, names: list[str], matches: Callable[[str, str], bool]) -> list[str]:
    return [word] if word in names else [name for name in names if matches(name, word)]
