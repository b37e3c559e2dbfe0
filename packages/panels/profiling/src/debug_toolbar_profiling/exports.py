"""Exports: a profile as files of other tools, for who has no browser; there the flame graph saves the same ones."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import PurePath

from debug_toolbar_core.blocks import Flame, Frame, Profile

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def speedscope(flame: Flame, title: str) -> str:
    """Return the text of a file that speedscope opens, with all profiles."""
    frames = [
        {name: value for name, value in (("name", f.name), ("file", f.file), ("line", f.line)) if value is not None}
        for f in flame.frames
    ]
    profiles = [
        {
            "type": "sampled",
            "name": profile.name,
            "unit": "seconds",
            "startValue": 0,
            "endValue": sum(profile.weights),
            "samples": [list(stack) for stack in profile.stacks],
            "weights": list(profile.weights),
        }
        for profile in flame.profiles
    ]
    told = {"$schema": SCHEMA, "exporter": "debug-toolbar", "name": title, "activeProfileIndex": 0}
    return json.dumps({**told, "shared": {"frames": frames}, "profiles": profiles}, ensure_ascii=False)


def collapsed(flame: Flame, profile: Profile) -> str:
    """Return a profile as collapsed stacks, `outer;inner 12` a line, in whole microseconds."""
    names, weights = [_plain(frame) for frame in flame.frames], defaultdict[str, float](float)
    for stack, weight in zip(profile.stacks, profile.weights, strict=True):
        weights[";".join(names[frame] for frame in stack) or "(none)"] += weight
    return "".join(f"{stack} {round(weight * 1e6)}\n" for stack, weight in weights.items())


def _plain(frame: Frame) -> str:
    """Return a frame's name and place without what separates frames and lines."""
    line = "" if frame.line is None else f":{frame.line}"
    place = "" if frame.file is None else f" ({PurePath(frame.file.replace(chr(92), '/')).name}{line})"
    return " ".join(f"{frame.name}{place}".replace(";", ":").split()) or "?"
