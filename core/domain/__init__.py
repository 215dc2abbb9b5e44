"""The rules: values in, values out. Standard library only; no clock, no randomness, no input or output."""
