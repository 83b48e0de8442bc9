"""The built-in sounds: synthesiser patches by name, and drum kits made of arithmetic."""
