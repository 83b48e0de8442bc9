"""Decides what plays and when.  It uses no asyncio and no wall clock; every random choice has a seed."""
