"""Everything under /authorization/api/v1: the decision point."""
