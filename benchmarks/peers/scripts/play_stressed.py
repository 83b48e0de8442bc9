"""``adaptive play`` with a thread that can hold the GIL or collect garbage (`benchmarks.stress`).

Runs in our Python, with the arguments of ``adaptive``.
"""

from __future__ import annotations

from adaptive.__main__ import main
from benchmarks import stress

if __name__ == "__main__":
    stress.begin_when_told()
    main()
