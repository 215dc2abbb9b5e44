"""The resource registry, to read: what services there are, and what each demands."""
