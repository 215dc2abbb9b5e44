"""The contracts' texts, as they are served."""
