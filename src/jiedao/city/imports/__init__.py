"""Real cities in: administrative divisions from CSV, polygons from GeoJSON, streets and things from OpenStreetMap."""
