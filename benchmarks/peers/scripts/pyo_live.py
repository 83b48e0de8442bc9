"""pyo as a JACK client whose level is set by OSC: ``pyo_live.py PORT``."""

from __future__ import annotations

import sys
import time

import pyo

from benchmarks import stress

stress.begin_when_told()
server = pyo.Server(sr=48000, nchnls=2, buffersize=64, duplex=0, audio="jack", jackname="peer")
server.setVerbosity(0)
server.boot()
server.start()
level = pyo.OscReceive(port=int(sys.argv[1]), address=["/level"])
level.setInterpolation(False)
level.setValue("/level", 0.25)
heard = (pyo.Sig(1.0) * level["/level"]).mix(2).out()
print("ready", flush=True)
time.sleep(600)
