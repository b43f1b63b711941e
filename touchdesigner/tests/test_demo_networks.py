"""Tests of the demo networks with a stand-in for TouchDesigner (touchdesigner_stand_in.py)."""

import code
import pathlib
import re
import textwrap
import unittest

from touchdesigner_stand_in import HERE, Chop, World

PLUGIN, INSTANCING, OSC = "demo_network.py", "demo_instancing.py", "demo_network_osc.py"
SCRIPTS = {PLUGIN: "rextrack_demo", INSTANCING: "rextrack_instancing", OSC: "rextrack_osc_demo"}

# Parameters whose value is the name of an operator.
REFERENCES = ("Chop", "chop", "instanceop", "material", "camera", "geometry", "lights")


def text_of(script):
    return (HERE / script).read_text(encoding="utf-8")


def names(world):
    return {"op": world.op, "print": world.print}


# The ways in which people run a script. Each takes its text and what TouchDesigner provides.
def with_one_dictionary(text, provided):
    exec(compile(text, "script", "exec"), provided)


def with_two_dictionaries(text, provided):
    exec(text, dict(provided), {})


def with_names_as_locals(text, provided):
    """The names of TouchDesigner are among the locals. A function does not see those."""
    exec(text, {"print": provided["print"]}, {"op": provided["op"]})


def in_a_function(text, provided):
    source = "def run(text):\n    unused = 1\n    exec(text)\nrun(text)"
    exec(source, dict(provided) | {"text": text})


def pasted_into_a_textport(text, provided):
    console = code.InteractiveConsole(locals=provided)
    errors = []
    console.write = errors.append
    more = False
    for line in text.splitlines() + [""]:
        more = console.push(line)
    if errors or more:
        raise AssertionError("".join(errors) or "the last block is not complete")


def by_blocks(text, provided):
    """Each block ends at the first blank line."""
    for block in re.split(r"\n[ \t]*\n", text):
        exec(compile(block + "\n", "block", "exec"), provided)


WAYS = [with_one_dictionary, with_two_dictionaries, with_names_as_locals, in_a_function,
        pasted_into_a_textport, by_blocks]


def run(script, world=None, way=with_one_dictionary, text=None):
    world = world or World()
    way(text or text_of(script), names(world))
    return world, world.project.op(SCRIPTS[script])


def layout(node):
    """The whole network below a node, for comparison."""
    return {
        child.path: (
            child.OPType, [source.path for source in child.inputs],
            {name: (par.val, par.expr) for name, par in child.par._used.items()}, layout(child))
        for child in node.children}


def values(node):
    return {name: par.expr or par.val for name, par in node.par._used.items()}


class HowScriptsRun(unittest.TestCase):
    def test_each_way_to_run_a_script_builds_the_same_network_without_a_complaint(self):
        for script in SCRIPTS:
            _, expected = run(script)
            for way in WAYS:
                with self.subTest(script=script, way=way.__name__):
                    world, demo = run(script, way=way)
                    self.assertEqual(layout(demo), layout(expected))
                    self.assertEqual(world.refused, [])
                    self.assertEqual([line.split(".")[0].split(",")[0] for line in world.printed],
                                     ["rextrack demo: created " + demo.path])

    def test_a_second_run_replaces_the_network_of_the_first_and_nothing_else(self):
        for script in SCRIPTS:
            with self.subTest(script=script):
                world, first = run(script)
                other = world.project.create("nullTOP", "other")
                expected = layout(first)
                _, second = run(script, world)
                self.assertIsNot(second, first)
                self.assertEqual(layout(second), expected)
                self.assertEqual(world.project.children, [other, second])

    def test_a_script_leaves_one_name_behind(self):
        for script in SCRIPTS:
            provided = names(World())
            before = set(provided) | {"__builtins__"}
            with_one_dictionary(text_of(script), provided)
            self.assertEqual(len(set(provided) - before), 1, script)

    def test_each_script_begins_with_the_way_to_run_it(self):
        for script in SCRIPTS:
            header = text_of(script).split("\ndef ")[0]
            steps = re.findall(r"^# (\d\. .*)$", header, re.M)
            self.assertIn("Text DAT", steps[0])
            self.assertIn("Run Script", steps[1])
            self.assertIn(f'{script}").read())', header)

    def test_the_helpers_are_the_same_in_all_scripts(self):
        pattern = r"\n    # The helpers are the same.*?return make\([^\n]*\n"
        helpers = {re.search(pattern, text_of(script), re.S)[0] for script in SCRIPTS}
        self.assertEqual(len(helpers), 1)


class Networks(unittest.TestCase):
    def test_plugin_network_is_complete(self):
        _, demo = run(PLUGIN)
        self.assertEqual(demo.op("track").OPType, "RextrackCHOP")
        self.assertEqual(values(demo.op("picture")), {"Chop": "track", "Show": "plain"})
        layers = [source.name for source in demo.op("circles").inputs]
        self.assertEqual(layers, ["p1", "p2", "p3", "p4", "p5", "p6", "picture"])
        self.assertEqual(demo.op("p2").par.centerx.expr, "op('track')['p2_x'] - 0.5")
        self.assertEqual([source.name for source in demo.op("out").inputs], ["circles"])
        self.assertTrue(demo.op("out").viewer)

    def test_osc_network_is_complete(self):
        _, demo = run(OSC)
        self.assertEqual(values(demo.op("track")), {"port": 5005, "queued": False, "active": True})
        self.assertEqual(len(demo.op("dots").inputs), 6)

    def test_instances_take_their_places_from_the_samples_of_the_chop(self):
        _, demo = run(INSTANCING)
        track, shapes = demo.op("track"), demo.op("shapes")
        self.assertEqual(track.par.Layout.val, "samples")
        self.assertEqual(track.par.Coordinates.val, "centred")
        used = values(shapes)
        self.assertEqual(used["instanceop"], "track")
        channels = [used["instance" + name] for name in ("tx", "ty", "sx", "sy", "active")]
        self.assertEqual(channels, ["x", "y", "w", "h", "state"])
        # Centred coordinates have the width 1, so the camera shows the whole picture.
        self.assertEqual(demo.op("camera").par.orthowidth.val, 1)
        self.assertEqual([source.name for source in demo.op("over").inputs], ["render", "picture"])

    def test_the_shape_replaces_the_torus_of_a_new_geometry_comp(self):
        _, demo = run(INSTANCING)
        (shape,) = demo.op("shapes").children
        self.assertEqual(shape.OPType, "circleSOP")
        self.assertTrue(shape.render and shape.display)

    def test_each_name_of_an_operator_in_a_parameter_exists(self):
        for script in SCRIPTS:
            _, demo = run(script)
            for node in demo.children:
                for name, value in values(node).items():
                    targets = re.findall(r"op\('(\w+)'\)", str(value))
                    if name in REFERENCES:
                        targets.append(value)
                    for target in targets:
                        self.assertIsNotNone(demo.op(target), f"{script}: {node.path} {name}")

    def test_only_one_node_runs_a_model(self):
        for script in (PLUGIN, INSTANCING):
            _, demo = run(script)
            chops = [node for node in demo.children if node.OPType == "RextrackCHOP"]
            tops = [node for node in demo.children if node.OPType == "RextrackTOP"]
            self.assertEqual(len(chops), 1)
            for top in tops:
                self.assertEqual(top.par.Chop.val, chops[0].name)


class WhatGoesWrong(unittest.TestCase):
    def test_missing_plugins_are_an_error_with_the_remedy(self):
        for script in (PLUGIN, INSTANCING):
            with self.assertRaisesRegex(RuntimeError, "copy the rextrack plugins into"):
                run(script, World(()))

    def test_another_spelling_of_the_operator_type_is_a_fallback_that_is_printed(self):
        world, demo = run(PLUGIN, World(("rextrackCHOP", "rextrackTOP")))
        self.assertEqual(demo.op("track").OPType, "rextrackCHOP")
        complaint = "rextrack demo: TouchDesigner has no operator type RextrackCHOP"
        self.assertIn(complaint, world.printed)

    def test_wires_that_fail_silently_are_printed_with_the_nodes_to_wire(self):
        for script, node in ((PLUGIN, "circles"), (INSTANCING, "over"), (OSC, "dots")):
            world = World()
            world.wires_fail = True
            run(script, world)
            complaints = [line for line in world.printed if "wire them by hand" in line]
            expected = f"/{node} has 0 inputs"
            self.assertTrue(any(expected in line for line in complaints), script)

    def test_connectors_wire_the_nodes_if_setinputs_does_not(self):
        for script in SCRIPTS:
            world = World()
            world.has_set_inputs = False
            _, demo = run(script, world)
            _, expected = run(script)
            self.assertEqual(layout(demo), layout(expected))

    def test_a_reference_that_the_name_does_not_find_is_a_path(self):
        world = World()
        world.finds = {"path"}
        _, demo = run(INSTANCING, world)
        self.assertEqual(demo.op("shapes").par.instanceop.val, demo.path + "/track")
        self.assertFalse(any("does not find" in line for line in world.printed))

    def test_a_reference_that_finds_nothing_is_printed(self):
        world = World()
        world.finds = set()
        run(PLUGIN, world)
        complaints = [line for line in world.printed if "does not find" in line]
        self.assertEqual(complaints, [
            "rextrack demo: /project1/rextrack_demo/picture does not find "
            "/project1/rextrack_demo/track - drag it onto the parameter Chop",
            "rextrack demo: /project1/rextrack_demo/watch does not find "
            "/project1/rextrack_demo/track - drag it onto the parameter chop"])

    def test_unknown_parameters_and_menu_entries_are_printed_and_refused(self):
        for old, new, complaint in (
                ("fillcolorr=", "fillcolourr=", "has no parameter fillcolourr"),
                ('operand="over"', 'operand="above"', "does not accept operand = above"),
                ('Coordinates="uv"', 'Coordinates="body"', "does not accept Coordinates = body"),
                ("Slots=SLOTS", "Slotcount=SLOTS", "has no parameter Slotcount")):
            world, demo = run(PLUGIN, text=text_of(PLUGIN).replace(old, new))
            self.assertTrue(world.refused, new)
            self.assertTrue(any(complaint in line for line in world.printed), new)
            self.assertTrue(demo.op("out").inputs, "the rest of the network is there")

    def test_the_stand_in_refuses_unknown_operator_types(self):
        world = World()
        with self.assertRaises(RuntimeError):
            run(OSC, world, text=text_of(OSC).replace('"oscinCHOP"', '"oscCHOP"'))
        self.assertEqual(world.refused, ["operator type oscCHOP"])


class EnterAndLeave(unittest.TestCase):
    def setUp(self):
        world, self.demo = run(PLUGIN)
        self.chop = Chop(world, self.demo.op("watch"), 6)

    def events(self):
        return [row[1] for row in self.demo.op("events").rows[1:]]

    def test_watch_runs_on_changes_of_generation_and_state_of_the_track(self):
        self.assertEqual(values(self.demo.op("watch")), {
            "chop": "track", "channel": "p*_generation p*_state", "valuechange": True,
            "active": True, "offtoon": False, "whileon": False, "ontooff": False, "whileoff": False})

    def test_a_person_who_enters_and_leaves_gives_one_line_each(self):
        self.chop.cook(p2_generation=1, p2_state=1)
        self.assertEqual(self.events(), ["p2 entered"])
        self.chop.cook(p2_state=0)
        self.assertEqual(self.events(), ["p2 entered", "p2 left"])
        self.chop.cook(p2_generation=2, p2_state=1, p1_generation=1, p1_state=1)
        self.assertEqual(self.events()[2:], ["p1 entered", "p2 entered"])

    def test_the_order_of_the_channels_does_not_matter(self):
        self.chop.cook(order=["p2_state", "p2_generation"], p2_generation=1, p2_state=1)
        self.chop.cook(order=["p2_state", "p2_generation"], p2_generation=2, p2_state=2)
        self.assertEqual(self.events(), ["p2 entered", "p2 left", "p2 entered"])

    def test_a_held_person_has_not_left(self):
        self.chop.cook(p2_generation=1, p2_state=1)
        self.chop.cook(p2_state=2)
        self.chop.cook(p2_state=1)
        self.assertEqual(self.events(), ["p2 entered"])

    def test_a_new_person_in_an_occupied_slot_is_a_leave_and_an_enter(self):
        self.chop.cook(p2_generation=1, p2_state=1)
        self.chop.cook(p2_generation=2)
        self.assertEqual(self.events(), ["p2 entered", "p2 left", "p2 entered"])

    def test_a_person_who_was_there_before_the_first_event_leaves(self):
        for channel, value in (("p2_generation", 7), ("p2_state", 1)):
            self.chop[channel].value = value
        self.chop.cook(p2_state=2)
        self.assertEqual(self.events(), [])
        self.chop.cook(p2_state=0)
        self.assertEqual(self.events(), ["p2 left"])

    def test_other_channels_give_no_events(self):
        self.chop.cook(p2_x=0.5, p2_id=3)
        self.assertEqual(self.events(), [])

    def test_the_table_keeps_its_header_and_the_latest_twenty_events(self):
        for generation in range(1, 31):
            self.chop.cook(p2_generation=generation, p2_state=1)
            self.chop.cook(p2_state=0)
        rows = self.demo.op("events").rows
        self.assertEqual((len(rows), rows[0], rows[-1][1]), (21, ["time", "event"], "p2 left"))

    def test_readme_shows_the_code_of_watch(self):
        blocks = re.findall(r"```python\n(.*?)```", text_of("README.md"), re.S)
        shown = [textwrap.dedent(block) for block in blocks]
        self.assertIn(self.demo.op("watch").text, shown)


if __name__ == "__main__":
    unittest.main()
