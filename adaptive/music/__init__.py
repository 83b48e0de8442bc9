"""Theory: pure values and functions.  No time, no sound."""
