"""One package for each framework; import the one that you use."""
