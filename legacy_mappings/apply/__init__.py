"""Carrying a plan out: dry run, apply in waves, roll back; every step with its inverse."""
