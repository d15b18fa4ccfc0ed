"""Commands that set up a station, look after it and show its page."""
