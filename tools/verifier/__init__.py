"""Whether a received message is right to the byte, by code that shares none of ours."""
