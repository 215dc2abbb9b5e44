"""The delivery: takes accepted submissions from the outbox to service owners, with a system user's token."""
