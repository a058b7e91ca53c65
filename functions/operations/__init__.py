"""What the system does, one module each: read, decide, write. Doors and admin commands call the
same ones. They must never import a door, HTTP or boto3."""
