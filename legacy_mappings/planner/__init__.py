"""The planner: from the old world's rights to the smallest set of system users, packages and single rights."""
