"""What a station's folder holds, by name."""

from tables.output.own_files import LEDGER_FILE as LEDGER_FILE
