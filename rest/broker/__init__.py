"""Brokered files over HTTP (`/broker/api/v1`)."""
