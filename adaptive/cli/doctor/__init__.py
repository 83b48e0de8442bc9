"""``adaptive doctor``: checks this machine, and says for each problem which command fixes it.

A check never changes the machine and never raises.  What is missing but not needed is not a problem.
"""
