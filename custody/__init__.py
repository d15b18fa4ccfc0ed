"""The rules of custody: codes, events, order, chains and findings.

Pure: knows no file, database, camera, clock or random source; the edges pass those facts in.
"""
