"""What the commands and the page of one station share: the desk that fills a draft, and the papers of a handover."""
