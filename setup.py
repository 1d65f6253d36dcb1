"""Puts into the wheel what lies beside the package; all else is said in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
# Folder -> what is needed of it where nobody trains, draws puppets or measures.
BESIDE = {
    "ckpt": ("*.safetensors", "*.json", "*.md"),
    "puppets": ("*/*.yaml", "*/*.csv", "*/*.png", "*/*.webp", "*/*.jpg"),
    "examples": ("*.wav", "*.yaml", "*.md"),
}
LEFT_OUT = "content_mel"  # a baseline: 2.5 MB that move no face


class BuildWithData(build_py):
    """Builds the package, and lays weights, puppets and recordings into it."""

    def run(self) -> None:
        """Also clears what an earlier build laid there. An editable install reads the checkout."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "talkinghead" / "shipped"
        shutil.rmtree(target, ignore_errors=True)
        for folder, patterns in BESIDE.items():
            for pattern in patterns:
                for source in sorted((ROOT / folder).glob(pattern)):
                    if source.stem != LEFT_OUT:
                        copy = target / source.relative_to(ROOT)
                        copy.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(source, copy)


setup(cmdclass={"build_py": BuildWithData})
