"""A wrong configuration is told: the key, what is wrong with it, the nearest right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_training.training.config import read_config
from model_training.training.config_file import ConfigInvalid


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("batch = 2", "bach = 2", r"schedule\.bach: there is no such key, did you mean 'batch'\?"),
        ('year = "2026"', 'yaer = "2026"', r"styles\.0\.yaer: .*'year'"),
        ("[generator]", "[losses]\nstyel = 3\n[generator]", r"losses\.styel: .*'style'"),
        ("[schedule]", "[scedule]", r"scedule: .*'schedule'"),
        ("[generator]", "[losses]\nqqq = 3\n[generator]", r"losses\.qqq: .*known are adversarial"),
    ],
)
def test_a_typo_is_named_with_the_nearest_key(
    config_file: Path, right: str, wrong: str, told: str
) -> None:
    """A misspelt key of any section, of a style and of a section itself is helped with."""
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ConfigInvalid, match=told):
        read_config(config_file)
