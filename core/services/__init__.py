"""What can be done: check the caller, apply the rule, write the change, return the record."""
