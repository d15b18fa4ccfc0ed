"""The edge between spreadsheets and rows: CSV and XLSX in and out, every fault with its row and column.

Knows files and headers; knows no database, ledger, label or report.
"""
