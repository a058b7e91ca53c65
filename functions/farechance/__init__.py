"""What Fare Chance is made of. See the map of folders in the README."""
