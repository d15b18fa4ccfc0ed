"""Keeps what Python compiles, whatever the environment says: the tests start hundreds of programs from one checkout."""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
