"""The long measurement behind the claims on comparisons; hours, and it can be stopped at any time.

python benchmarks/campaign.py measure pairs.jsonl --minutes 90
python benchmarks/campaign.py table pairs.jsonl > benchmarks/campaign-measured.json
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

from campaign_journal import measure, read_journal
from campaign_table import table
from vmperf._claims.campaign import read_campaign

_FILE = Path(__file__).with_name("campaign.toml")


def main() -> None:
    """Measure, or say what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("measure", "table"))
    parser.add_argument("journal", type=Path, help="one line of JSON per pair; gone on with")
    parser.add_argument("--only", default="", help="series whose id starts with this")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--note", default="", help="kept with the table: what else was running")
    words = parser.parse_args()
    campaign = read_campaign(_FILE)
    if words.what == "table":
        found = {"note": words.note, **table(campaign, read_journal(words.journal))}
        print(json.dumps(found, indent=1))
        return
    measure(
        campaign,
        words.journal,
        only=words.only,
        seconds=words.minutes * 60,
        seed=words.seed,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )


if __name__ == "__main__":
    main()
