"""Entry point of ``python -m adaptive`` and ``adaptive``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line.  Ctrl-C exits with code 130 and no traceback, even during imports.

    A frozen program has no separate interpreter.  To compile kernel units in several processes, it starts
    itself with ``--compile-units``, to run a generator in a process with ``--generator``, and a pyo
    patch with ``--patch``.
    """
    try:
        if sys.argv[1:2] == ["--compile-units"]:
            from adaptive.kernel.compile import build

            build.main(sys.argv[2:])
            return
        if sys.argv[1:2] == ["--generator"]:
            from adaptive.composer.worker import child

            child.main(sys.argv[2:])
            return
        if sys.argv[1:2] == ["--patch"]:
            from adaptive.patches import child as patch

            patch.main()
            return
        from adaptive.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
