"""What an import tells a person: what was counted, and why things were skipped."""

from __future__ import annotations

from jiedao.text import Text

COUNTED = {
    "areas": Text("区划", "areas"),
    "cells": Text("网格", "grid cells"),
    "streets": Text("道路", "streets"),
    "buildings": Text("建筑", "buildings"),
    "land": Text("用地与水系", "land and water"),
    "assets": Text("部件", "assets"),
    "places": Text("地点", "places"),
    "turns": Text("转弯限制", "turn restrictions"),
    "shortened": Text("其中在文件边缘截短的道路", "of the streets, cut at the edge of the file"),
}
REASONS = {
    "blank_line": Text("空行", "blank line"),
    "unknown_area": Text("边界所属区划不存在", "polygon of an unknown area"),
    "not_a_street": Text("不是可通行道路", "a highway tag that is no street"),
    "nodes_missing": Text("缺少节点（在文件范围之外）", "nodes missing, outside the extract"),
    "zero_length": Text("长度为零", "zero length"),
    "too_long": Text("跨度过大，多半有误", "too long to be one street"),
    "too_many_nodes": Text("节点过多", "too many nodes"),
    "no_position": Text("位置无效", "no valid position"),
    "broken_polygon": Text("多边形不完整或无法修复", "polygon incomplete or beyond repair"),
    "broken_geometry": Text("几何数据无效", "no valid geometry"),
    "unsupported_turn": Text("暂不支持的转弯限制", "turn restriction of another form"),
    "turn_without_street": Text("转弯限制的道路不在文件中", "turn restriction whose streets are not here"),
    "outside": Text("在所选区划之外", "outside the chosen area"),
    "repeated": Text("编号重复", "repeated id"),
}


def reason(key: str) -> Text:
    return REASONS.get(key, Text(key, key))
