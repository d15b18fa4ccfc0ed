"""Files as records of text: CSV, XLSX and other workbooks, within limits."""
