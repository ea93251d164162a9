"""Open311 GeoReport v2 at /open311/v2/, with the updates that FixMyStreet exchanges. See docs/open311.md."""
