"""``adaptive play`` with a thread beside it that can be told to hold the GIL or to collect objects.

Run by our own Python; the words are those of ``adaptive``.
"""

from __future__ import annotations

from adaptive.__main__ import main
from benchmarks import stress

if __name__ == "__main__":
    stress.begin_when_told()
    main()
