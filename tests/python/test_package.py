"""The package's files: its documentation runs, its version is the workspace's."""

import re
import unittest

import rextrack
from helpers import ROOT, run_script


class Package(unittest.TestCase):
    def test_blocks_of_the_readme_run(self):
        text = (ROOT / "python" / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertGreater(len(blocks), 3)
        for block in blocks:
            with self.subTest(block):
                self.assertNotEqual(run_script(block).stdout, "")

    def test_version_is_the_workspaces(self):
        manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
        version = re.search(r'\[workspace.package\]\nversion = "(.*)"', manifest)
        self.assertEqual(rextrack.__version__, version[1])
        self.assertEqual(rextrack.version(), version[1])

    def test_numbers_are_those_of_the_header(self):
        header = (ROOT / "include" / "rextrack.h").read_text(encoding="utf-8")
        enums = {
            "ERR": rextrack.Status, "SLOT": rextrack.SlotState, "SOURCE": rextrack.SourceState,
            "EVENT": rextrack.EventKind, "SINK": rextrack.SinkState, "PIXEL": rextrack.PixelFormat,
        }  # fmt: skip
        found = re.findall(r"^ +REXTRACK_([A-Z]+)_(\w+) = (-?\d+),", header, re.MULTILINE)
        for prefix, enum in enums.items():
            numbers = {name: int(number) for kind, name, number in found if kind == prefix}
            if prefix == "ERR":
                numbers["OK"] = 0
            self.assertEqual({member.name: int(member) for member in enum}, numbers)


if __name__ == "__main__":
    unittest.main()
