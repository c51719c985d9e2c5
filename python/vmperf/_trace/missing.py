"""What a trace may lack of the program that it was recorded from, in words."""

from __future__ import annotations

__all__ = ["MISSING"]

# Fields of a trace's header.
MISSING = {
    "unmatched_frees": "frees of blocks from before the start",
    "unmatched_reallocs": "reallocs of blocks from before the start",
    "lost_frees": "frees that nobody saw",
    "lost_ops": "operations lost (a full disk, or a file that is cut off)",
}
