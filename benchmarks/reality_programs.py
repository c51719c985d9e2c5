"""The real programs that replays are held against: what one has at hand where this suite runs.

Python's objects go through malloc (PYTHONMALLOC): its own allocator would hide them from all.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Program", "programs"]

_ROOT = Path(__file__).resolve().parent.parent

_PANDAS = """
import numpy as np, pandas as pd
rng = np.random.default_rng(1)
n = 300_000
frame = pd.DataFrame({"key": rng.integers(0, 5000, n), "x": rng.random(n)})
frame["word"] = [f"w{k % 977}" for k in frame["key"]]
for i in range(6):
    grouped = frame.groupby("word")["x"].agg(["mean", "sum", "count"])
    merged = frame.merge(grouped, left_on="word", right_index=True)
    text = merged.head(40_000).to_csv()
    merged["upper"] = merged["word"].str.upper()
print(len(text))
"""

_SQLITE = """
import random, sqlite3
rng = random.Random(1)
db = sqlite3.connect(":memory:")
db.execute("create table t (id integer primary key, name text, value real)")
names = (f"name {rng.randrange(10**6)}" * rng.randrange(1, 5) for _ in range(200_000))
rows = ((i, name, rng.random()) for i, name in enumerate(names))
db.executemany("insert into t values (?, ?, ?)", rows)
db.execute("create index by_name on t (name)")
for i in range(20_000):
    db.execute("select * from t where name >= ? limit 3", (f"name {i}",)).fetchall()
    db.execute("update t set name = ? where id = ?", (f"new {i}", i * 7))
db.execute("delete from t where id % 3 = 0")
print(db.execute("select count(*), avg(value) from t group by length(name) % 9").fetchall()[:1])
"""

_PERL = """
my %n; my @w; srand(1);
for my $i (1..150000) {
  my $k = "w" . int(rand(50000));
  $n{$k} .= "x$i,";
  push @w, [$k, length $n{$k}];
}
for my $r (1..3) {
  my @s = sort { $a->[1] <=> $b->[1] } @w;
  my $t = join(" ", map { "$_->[0]:$_->[1]" } @s);
  my %m = map { /(\\w+):(\\d+)/ ? ($1 => [$2]) : () } split / /, $t;
  print scalar(keys %m), "\\n";
}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """A command and what it needs in its environment."""

    name: str
    words: list[str]
    env: dict[str, str] = field(default_factory=dict)


def programs() -> list[Program]:
    """Return those that this machine can run."""
    python = sys.executable
    through = {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}
    one_thread = {**through, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    suite = [str(_ROOT / "tests" / "stats" / "test_bad_input.py")]
    found = [
        Program("json", [python, "-m", "test", "-i", "*tool*", "test_json"], through),
        Program("re", [python, "-m", "test", "test_re"], through),
        Program("pytest", [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *suite],
                one_thread),
        Program("pandas", [python, "-c", _PANDAS], one_thread),
        Program("sqlite", [python, "-c", _SQLITE], through),
    ]  # fmt: skip
    if (perl := shutil.which("perl")) is not None:
        found.append(Program("perl", [perl, "-e", _PERL]))
    if (compiler := shutil.which("clang++")) is not None:
        folders = [f"-I{one}" for one in sorted((_ROOT / "cpp").glob("*/include"))]
        source = str(_ROOT / "tests" / "alloc" / "cpp" / "replay.cpp")
        found.append(Program("clang", [compiler, "-std=c++20", "-fsyntax-only", *folders, source]))
    return found
