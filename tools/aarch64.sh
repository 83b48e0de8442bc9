#!/usr/bin/env bash
# Renders on an emulated Linux aarch64 and compares the result with a render on this machine.
#
#   tools/aarch64.sh [FOLDER]       takes 15 minutes, mostly compiling under emulation
#
# Needs Debian or Ubuntu, and root to install qemu-user-static with apt; everything else stays in FOLDER.
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
python="$here/.venv/bin/python"
work="${1:-$(mktemp -d)}"
mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial" "$work/debs" "$work/system"

command -v qemu-aarch64-static >/dev/null ||
  apt-get install -y -qq --no-install-recommends qemu-user-static >/dev/null

echo "== unpacking a Python for aarch64 from the distribution"
options=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt" -o Dir::State::status=/dev/null
  -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "APT::Sandbox::User=root")
apt-get "${options[@]}" update -qq
(cd "$work/debs" && apt-get "${options[@]}" download -qq python3.11 python3.11-minimal \
  libpython3.11-stdlib libpython3.11-minimal libc6 libexpat1 zlib1g libssl3 libffi8 libbz2-1.0 liblzma5 \
  libuuid1 libstdc++6 libgcc-s1 libcrypt1)
for package in "$work"/debs/*.deb; do dpkg -x "$package" "$work/system"; done

echo "== wheels for aarch64"
tags=()
for tag in manylinux_2_28 manylinux_2_27 manylinux_2_26 manylinux_2_24 manylinux_2_17 manylinux2014; do
  tags+=(--platform "${tag}_aarch64")
done
"$python" -m pip install --quiet --disable-pip-version-check --upgrade --target "$work/site" \
  --only-binary=:all: --implementation cp --python-version 3.11 "${tags[@]}" \
  numpy numba sounddevice soundfile soxr mido msgspec aiohttp typer rich

there() {
  ADAPTIVE_CACHE_DIR="$work/cache" PYTHONPATH="$work/site:$here" \
    qemu-aarch64-static -L "$work/system" "$work/system/usr/bin/python3.11" "$@"
}

echo "== compiling in one process, because an emulated program cannot start itself"
there -m adaptive.kernel.compile.build control clips voices buses reverb master quantum pull callback publish

echo "== rendering a preset of generated layers, with a change of section and of tempo"
[ -d "$work/mine" ] || "$python" -m adaptive new "$work/mine"
printf '%s\n' '{"t": 0.0, "intensity": 0.2}' '{"t": 1.0, "intensity": 0.9}' '{"t": 9.0, "tempo": 140}' \
  '{"t": 14.0}' >"$work/trace.jsonl"
there -m adaptive render "$work/mine" -o "$work/there.wav" --trace "$work/trace.jsonl" --log "$work/there.jsonl"
"$python" -m adaptive render "$work/mine" -o "$work/here.wav" --trace "$work/trace.jsonl" --log "$work/here.jsonl"
cmp "$work/there.wav" "$work/here.wav"
cmp "$work/there.jsonl" "$work/here.jsonl"

echo "== playing without a sound card"
there -m adaptive play "$work/mine" --sink null --seconds 3 \
  --osc 127.0.0.1:0 --http 127.0.0.1:0 --tcp 127.0.0.1:0
echo "aarch64 renders the same samples and the same log, and plays"
