"""From the old world to the new: what the old words mean, and how delegations are moved."""
