"""Commands that read labels: decode, scan, handover, drafts."""
