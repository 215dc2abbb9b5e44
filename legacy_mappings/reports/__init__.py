"""The migration's reports as pages that print well, with CSV and JSON beside them."""
