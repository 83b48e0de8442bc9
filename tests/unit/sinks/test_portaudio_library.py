from __future__ import annotations

import subprocess
import sys


def test_a_machine_without_portaudio_is_told_what_to_install() -> None:
    """In a process of its own: with a sounddevice that does not load."""
    code = (
        "import sys, types\n"
        "class Broken:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'sounddevice': raise OSError('PortAudio library not found')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "sys.argv = ['adaptive', 'play', '--sink', 'portaudio']\n"
        "from adaptive.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr.startswith("adaptive: PortAudio is not installed (apt-get install libportaudio2")
    assert len(done.stderr.splitlines()) == 1
