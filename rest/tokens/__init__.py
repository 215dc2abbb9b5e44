"""Tokens: verifying them, and the stand-ins that issue them in the demo."""
