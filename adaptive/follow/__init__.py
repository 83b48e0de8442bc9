"""Follows people: from cadence, steps and programmes to the tempo that the music should have.

Nothing here reads a clock, starts a thread or draws a random number: every time is an argument, in seconds of
one clock.  So a recorded run gives the same tempi again.
"""
