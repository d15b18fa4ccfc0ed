"""Files written whole or not at all, and none over the station's own."""
