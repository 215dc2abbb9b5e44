"""The inventory: what the old world permits and what was used, from the store and from files that users have."""
