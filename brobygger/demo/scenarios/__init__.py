"""The platform's user scenarios as files, and what runs them over HTTP. The format: docs/scenarios.md."""
