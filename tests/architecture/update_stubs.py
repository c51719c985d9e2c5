"""Write the stubs of the native module anew: ``python tests/architecture/update_stubs.py``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from house import stubs

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Replace python/vmperf/_core/*.pyi by what the built module says."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = stubs.generate(Path(folder))
    home = ROOT / stubs.STUBS
    for name in stubs.read(home).keys() - fresh.keys():
        (home / name).unlink()
    for name, text in fresh.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    print(f"wrote {len(fresh)} stubs to {stubs.STUBS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
