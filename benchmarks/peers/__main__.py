"""``python -m benchmarks.peers scsynth csound``: measures each work once at 64 frames, and writes no files.

The arguments are parts of names of peers; without arguments, all peers are measured.
``python -m benchmarks.peers.install`` installs the peers that PyPI has.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.peers import ours, tools, works
from benchmarks.peers.side_by_side import PEERS


def main() -> None:
    """Print the share of each peer and ours for each work, or what is missing."""
    asked = [word.lower() for word in sys.argv[1:]]
    peers = [peer for peer in PEERS if not asked or any(word in peer.name.lower() for word in asked)]
    for peer in peers:
        if lacking := peer.missing():
            print(f"{peer.name}: not installed: {lacking}")
    for work in works.ALL:
        if work.block_frames != 64:
            continue
        mine = ours.prepare(work)
        for peer in peers:
            if work.kind not in peer.differs or peer.missing():
                continue
            with tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder:
                theirs = 100.0 * peer.prepare(work, Path(folder))()
            own = 100.0 * mine.measure()
            print(f"{work.title}: {peer.name} {theirs:.3f} %, ours {own:.3f} %", flush=True)


if __name__ == "__main__":
    main()
