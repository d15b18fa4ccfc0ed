"""What commands and the page share."""
