"""The `.svc` services of the later platform: one module per service, one dispatcher, one table of faults."""
