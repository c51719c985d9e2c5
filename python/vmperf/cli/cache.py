"""`vmperf cache`: what builds and checkouts take, and an end to them."""

from __future__ import annotations

import click

from ._json import JsonCommand, json_option, write_json

__all__ = ["command"]

_GIB = 1 << 30


@click.command("cache", cls=JsonCommand)
@click.argument("action", type=click.Choice(["info", "clear"]))
@click.argument("kind", required=False)
@json_option
def command(action: str, kind: str | None, json_path: str | None) -> None:
    """Show what the cache holds, or clear it: all of it, or one KIND of 'vmperf cache info'.

    It lies in VMPERF_CACHE, else in the user's cache folder, and bounds itself: trees of suites
    that were not used for a month go, and beyond the newest 20 after a day.
    """
    from vmperf._files.cache import cache_root, cache_usage, clear_cache

    from ._console import console, say, table

    if action == "clear":
        clear_cache(kind)
    rows = cache_usage(None if action == "clear" else kind)
    if json_path is not None:
        write_json(json_path, rows)
    if json_path == "-":
        return
    out = console()
    lines = [
        [str(row["kind"]), str(row["entries"]), f"{int(row['size_bytes']) / _GIB:.2f} GiB"]
        for row in rows
    ]
    say(out, table(["kind", ">entries", ">size"], lines))
    say(out, f"in {cache_root()}; next: vmperf cache clear")
