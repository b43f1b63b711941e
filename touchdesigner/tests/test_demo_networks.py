"""Tests of the demo networks with a fake of TouchDesigner.

They show that the scripts run to their end, that you can paste them into a textport,
and that every parameter of our own nodes exists. They cannot show that
TouchDesigner's own nodes have the parameters: the scripts print those that are missing.
"""

import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).parent.parent
OUR_PARAMETERS = set(re.findall(r"^\| .*? \| `(\w+)` \|", (HERE / "docs/parameters.md").read_text(), re.M))


class FakeOperator:
    """Keeps its children and parameters."""

    def __init__(self, kind, name, path, custom_types):
        self.kind, self.name, self.path, self.custom_types = kind, name, path, custom_types
        self.children, self.par, self.inputs = {}, Parameters(), {}
        self.inputConnectors = Connectors(self)

    def op(self, name):
        return self.children.get(name)

    def create(self, kind, name):
        if kind.lower().startswith("rextrack") and kind not in self.custom_types:
            raise Exception("unknown operator type " + kind)
        self.children[name] = FakeOperator(kind, name, self.path + "/" + name, self.custom_types)
        return self.children[name]


class Parameters:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self.__dict__[name] = type("Par", (), {"val": None, "expr": None})()
        return self.__dict__[name]


class Connectors:
    def __init__(self, node):
        self.node = node

    def __getitem__(self, index):
        node = self.node

        class Connector:
            def connect(self, source):
                node.inputs[index] = source.name

        return Connector()


def run(script, custom_types=("rextrackCHOP", "rextrackTOP")):
    project = FakeOperator("baseCOMP", "project1", "/project1", custom_types)
    text = (HERE / script).read_text()
    exec(compile(text, script, "exec"), {"op": {"/project1": project}.get, "print": lambda *_: None})
    return project


class DemoNetworks(unittest.TestCase):
    def test_plugin_network_is_complete_and_sets_only_parameters_that_exist(self):
        demo = run("demo_network.py").op("rextrack_demo")
        for name in ("track", "picture"):
            used = set(demo.op(name).par.__dict__)
            self.assertTrue(used)
            self.assertLessEqual(used, OUR_PARAMETERS)
        self.assertEqual(demo.op("picture").par.Chop.val, demo.op("track"))
        circles = demo.op("circles").inputs
        self.assertEqual(circles, {0: "p1", 1: "p2", 2: "p3", 3: "p4", 4: "p5", 5: "p6", 6: "picture"})
        self.assertEqual(demo.op("p2").par.centerx.expr, "op('track')['p2_x'] - 0.5")
        self.assertEqual(demo.op("out").inputs, {0: "circles"})

    def test_either_spelling_of_the_operator_type_is_found(self):
        demo = run("demo_network.py", ("RextrackCHOP", "RextrackTOP")).op("rextrack_demo")
        self.assertEqual(demo.op("track").kind, "RextrackCHOP")

    def test_missing_plugins_are_an_error_with_the_remedy(self):
        with self.assertRaisesRegex(RuntimeError, "copy the rextrack plugins into"):
            run("demo_network.py", ())

    def test_osc_network_is_complete(self):
        demo = run("demo_network_osc.py").op("rextrack_osc_demo")
        self.assertEqual(demo.op("track").par.port.val, 5005)
        self.assertEqual(len(demo.op("dots").inputs), 6)

    def test_scripts_can_be_pasted_into_a_textport(self):
        for script in ("demo_network.py", "demo_network_osc.py"):
            code = (HERE / script).read_text().split('"""', 2)[2]
            for block in re.split(r"\n\s*\n", code):
                for line in block.strip("\n").splitlines()[:1]:
                    self.assertFalse(line.startswith(" "), f"{script}: a blank line inside a block, before: {line}")


if __name__ == "__main__":
    unittest.main()
