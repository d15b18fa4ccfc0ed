"""The commands, one file a group: parse, build, call one function, print, exit code. No rules and no SQL."""

VERSION = "0.9.0"
