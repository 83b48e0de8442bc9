"""Sinks: where the audio goes.  Each sink drives the engine at its own pace."""
