"""``adaptive doctor``: what this machine has, what it lacks, and the one line that mends each trouble.

A check never changes the machine and never raises.  What is merely absent and not needed is no trouble.
"""
