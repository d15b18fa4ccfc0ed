"""The ledger on disk: Peewee tables, the one write path, drafts, and the cache of the present state."""
