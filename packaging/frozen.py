"""The frozen program's first module."""

from adaptive.__main__ import main

main()
