"""Stands before the installed packages where a test starts a program as a laptop has it: without PostgreSQL's driver.

Peewee imports the driver wherever there is one, which takes a third of a short command's time.
"""

raise ImportError("a laptop has no driver for PostgreSQL")
