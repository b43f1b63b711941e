"""The demo networks, run against a recorder of what they ask TouchDesigner for.

What it can tell: that the scripts run through, that they may be pasted into a
textport, and that every parameter of our own nodes exists. What it cannot:
whether TouchDesigner's own nodes have the parameters that are set on them; the
scripts say so themselves when they have not.
"""

import pathlib
import re
import unittest

HERE = pathlib.Path(__file__).parent.parent
OURS = set(re.findall(r"^\| .*? \| `(\w+)` \|", (HERE / "docs/parameters.md").read_text(), re.M))


class Recorder:
    """Stands for an operator: keeps its children and parameters."""

    def __init__(self, kind, name, path, knows):
        self.kind, self.name, self.path, self.knows = kind, name, path, knows
        self.children, self.par, self.inputs = {}, Parameters(), {}
        self.inputConnectors = Connectors(self)

    def op(self, name):
        return self.children.get(name)

    def create(self, kind, name):
        if kind.lower().startswith("rextrack") and kind not in self.knows:
            raise Exception("unknown operator type " + kind)
        self.children[name] = Recorder(kind, name, self.path + "/" + name, self.knows)
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


def run(script, knows=("rextrackCHOP", "rextrackTOP")):
    project = Recorder("baseCOMP", "project1", "/project1", knows)
    text = (HERE / script).read_text()
    exec(compile(text, script, "exec"), {"op": {"/project1": project}.get, "print": lambda *_: None})
    return project


class DemoNetworks(unittest.TestCase):
    def test_the_plugins_network_is_whole_and_sets_only_what_our_nodes_have(self):
        demo = run("demo_network.py").op("rextrack_demo")
        for name in ("track", "picture"):
            asked = set(demo.op(name).par.__dict__)
            self.assertTrue(asked)
            self.assertLessEqual(asked, OURS)
        self.assertEqual(demo.op("picture").par.Chop.val, demo.op("track"))
        circles = demo.op("circles").inputs
        self.assertEqual(circles, {0: "p1", 1: "p2", 2: "p3", 3: "p4", 4: "p5", 5: "p6", 6: "picture"})
        self.assertEqual(demo.op("p2").par.centerx.expr, "op('track')['p2_x'] - 0.5")
        self.assertEqual(demo.op("out").inputs, {0: "circles"})

    def test_another_spelling_of_the_operator_is_found(self):
        demo = run("demo_network.py", ("RextrackCHOP", "RextrackTOP")).op("rextrack_demo")
        self.assertEqual(demo.op("track").kind, "RextrackCHOP")

    def test_without_the_plugins_the_remedy_is_said(self):
        with self.assertRaisesRegex(RuntimeError, "put the rextrack plugins into"):
            run("demo_network.py", ())

    def test_the_osc_network_is_whole(self):
        demo = run("demo_network_osc.py").op("rextrack_osc_demo")
        self.assertEqual(demo.op("track").par.port.val, 5005)
        self.assertEqual(len(demo.op("dots").inputs), 6)

    def test_they_may_be_pasted_into_a_textport(self):
        for script in ("demo_network.py", "demo_network_osc.py"):
            code = (HERE / script).read_text().split('"""', 2)[2]
            for block in re.split(r"\n\s*\n", code):
                for line in block.strip("\n").splitlines()[:1]:
                    self.assertFalse(line.startswith(" "), f"{script}: a block goes on after a blank line: {line}")


if __name__ == "__main__":
    unittest.main()
