"""街道 Jiedao: running a city neighbourhood by neighbourhood."""
