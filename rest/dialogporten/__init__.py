"""Dialogs over HTTP (`/dialogporten/api/v1`)."""
