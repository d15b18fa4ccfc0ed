"""Commands by which evidence leaves a station, comes to one, and is checked."""
