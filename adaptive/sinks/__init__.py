"""Where audio goes.  Each sink drives the engine at its own pace."""
