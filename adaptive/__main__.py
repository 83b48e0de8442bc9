"""``python -m adaptive`` and ``adaptive``: import the command line, run it, end quietly on Ctrl-C."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; an interrupt while it is still being imported is no fault.

    A frozen program is its own interpreter: to compile in several processes it starts itself.
    """
    try:
        if sys.argv[1:2] == ["--compile-units"]:
            from adaptive.kernel import build

            build.main(sys.argv[2:])
            return
        from adaptive.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
