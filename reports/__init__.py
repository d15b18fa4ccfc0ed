"""Reports: facts in, files out. Chains of custody and progress as text, tables, JSON and PDF.

Knows how things read to a person, in Indonesian and English; knows no database, camera, label or command.
"""
