"""What is wrong with a site, found before it matters: each finding has its remedy."""
