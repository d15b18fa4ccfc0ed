"""The whole program: several parts, days and stations at once."""
