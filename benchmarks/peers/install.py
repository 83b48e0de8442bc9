"""``python -m benchmarks.peers.install``: installs the peers that PyPI has into ``build/peers``."""

from benchmarks.peers.tools import install

if __name__ == "__main__":
    install()
