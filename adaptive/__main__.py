"""``python -m adaptive`` is ``adaptive``."""

from __future__ import annotations

from adaptive.cli import main

if __name__ == "__main__":
    main()
