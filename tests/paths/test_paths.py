"""Every path rule on every situation, as golden texts."""

from pathlib import Path
from typing import Any

import pytest

from tests.paths.scenario import build, run, story
from tests.paths.situations import SITUATIONS

PATHS = ("adverse", "favourable", "direction", "nearest", "ohlc", "olhc")


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_story_of_each_situation_under_each_path(name: str, tmp_path: Path, golden: Any) -> None:
    """Rules that tell the same story stand together."""
    scenario = SITUATIONS[name]
    binary = build(scenario, tmp_path)
    stories: dict[str, list[str]] = {}
    for path in PATHS:
        stories.setdefault(story(scenario, run(binary, scenario, tmp_path, f"--path={path}")), []).append(path)
    text = "".join(f"# {', '.join(paths)}\n{told}\n" for told, paths in stories.items())
    bars = "".join(f"  {i}: {bar}\n" for i, bar in enumerate(scenario.bars))
    assert f"{scenario.title}\n{bars}\n{text}" == golden(f"{name}.txt")
