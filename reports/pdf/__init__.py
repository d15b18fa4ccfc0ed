"""What every PDF is made of: pages, letters, QR codes, colophon."""
