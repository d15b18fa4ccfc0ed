"""Reading labels: frames from anywhere, the texts in them, and the session that takes each label once.

Knows pictures and codes; knows nothing of the database, which the caller hands to the session as a `Desk`.
"""
