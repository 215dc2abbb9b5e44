"""Access management: connections between parties, clients and their agents, under ``/accessmanagement/api``."""
