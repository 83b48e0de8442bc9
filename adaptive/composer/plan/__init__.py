"""The plan of a section: form, harmony, themes, and who plays, which every generator reads."""
