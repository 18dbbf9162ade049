"""Other U-Nets, and networks that are none: small, in the manner of published ones, from general knowledge."""
