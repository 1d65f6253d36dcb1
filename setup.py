"""Copies data folders beside the package into the wheel; pyproject.toml holds everything else."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# Folder -> the files needed at run time.
DATA_FILES = {
    "ckpt": ("*.safetensors", "*.json", "*.md"),
    "puppets": ("*/*.yaml", "*/*.csv", "*/*.png", "*/*.webp", "*/*.jpg"),
    "examples": ("*.wav", "*.yaml", "*.png", "*.jpg", "*.md"),
}
EXCLUDED = "content_mel"  # a baseline of 2.5 MB that animates nothing


class BuildWithData(build_py):
    """Builds the package with its weights, puppets and recordings."""

    def run(self) -> None:
        """Build, and replace the data of an earlier build; editable installs use the checkout."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "talkinghead" / "shipped"
        shutil.rmtree(target, ignore_errors=True)
        for folder, patterns in DATA_FILES.items():
            for pattern in patterns:
                for source in sorted((ROOT / folder).glob(pattern)):
                    if source.stem != EXCLUDED:
                        copy = target / source.relative_to(ROOT)
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(source, copy)


setup(cmdclass={"build_py": BuildWithData})
