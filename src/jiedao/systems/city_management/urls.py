"""Addresses of city management, a list a shell; the house mounts each below its shell."""

portal: list = []
field: list = []
desk: list = []
board: list = []
