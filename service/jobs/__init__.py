"""What is done on a schedule: the same jobs whichever engine runs them."""
