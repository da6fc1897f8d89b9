"""Reports of other mail systems on mail in our name: DMARC and TLS."""
