"""Runs generators beside the music: each in a process of its own, or in a thread where that is impossible."""
