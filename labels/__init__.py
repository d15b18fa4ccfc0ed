"""Labels: what they say, where it stands on them, and sheets of them as PDF.

Knows custody's items and places; must not know the database, the camera or the reports.
"""
