"""What a station's folder holds, by name."""

from tables.own_files import LEDGER_FILE as LEDGER_FILE
