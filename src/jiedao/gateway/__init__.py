"""Machines and other software: the API, Open311, feeds. Imports the rooms, never a system; systems bring `api.py`."""
