"""The composition root: settings, the one application, the command line and the demo. Nothing imports it."""
