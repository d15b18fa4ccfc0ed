"""Child processes that read files of strangers, within limits."""
