"""What plays, when, and why.  Plain logic: no asyncio, no wall clock, no chance without a seed."""
