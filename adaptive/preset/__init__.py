"""The score on disk: a preset's file, read, checked and explained; nothing here makes sound."""
