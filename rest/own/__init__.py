"""What no other platform has, under /brobygger/v1."""
