"""``python -m benchmarks.peers.install``: what PyPI has of the peers, into ``build/peers``."""

from benchmarks.peers.tools import install

if __name__ == "__main__":
    install()
