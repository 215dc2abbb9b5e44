"""The demo: the old documentation's examples and two scenarios of the new world, as data and as questions."""
