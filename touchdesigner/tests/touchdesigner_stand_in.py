"""A stand-in for TouchDesigner's Python that knows real names and refuses all others.

It covers the operators that the demo scripts use. Names of operator types, parameters and menu
entries are those of Derivative's documentation; those of our own nodes are read from
touchdesigner/docs/parameters.md. It records each refusal in World.refused, so that a script
cannot hide one with an exception handler.
"""

import pathlib
import re

HERE = pathlib.Path(__file__).parent.parent

TOP_COMMON = {"resolutionw": None, "resolutionh": None, "outputresolution": {"useinput", "custom"}}
UNITS = {"pixels", "fraction", "fractionaspect"}

# For each operator type the names of its parameters, with the entries of a menu.
TYPES = {
    "baseCOMP": {},
    "circleTOP": TOP_COMMON | {
        "radiusx": None, "radiusy": None, "radiusunit": UNITS, "centerx": None, "centery": None,
        "centerunit": UNITS, "fillcolorr": None, "fillcolorg": None, "fillcolorb": None,
        "fillalpha": None, "bgalpha": None},
    "compositeTOP": TOP_COMMON | {"operand": {"multiply", "over", "under", "add", "inside"}},
    "nullTOP": TOP_COMMON,
    "renderTOP": TOP_COMMON | {
        "camera": None, "geometry": None, "lights": None, "bgcolorr": None, "bgcolorg": None,
        "bgcolorb": None, "bgcolora": None},
    "oscinCHOP": {"active": None, "port": None, "queued": None},
    "chopexecuteDAT": {
        "active": None, "chop": None, "channel": None, "offtoon": None, "whileon": None,
        "ontooff": None, "whileoff": None, "valuechange": None},
    "tableDAT": {},
    "geometryCOMP": {
        "instancing": None, "instancecountmode": {"manual", "oplength"}, "numinstances": None,
        "instanceop": None, "instanceactive": None, "instancetx": None, "instancety": None,
        "instancetz": None, "instancesx": None, "instancesy": None, "instancesz": None,
        "material": None},
    "circleSOP": {
        "type": {"prim", "poly", "mesh", "nurbs", "bezier"}, "orient": {"xy", "yz", "zx"},
        "radx": None, "rady": None, "divs": None},
    "cameraCOMP": {
        "projection": {"perspective", "ortho", "persporthoblend", "custommatrix"},
        "orthowidth": None, "tx": None, "ty": None, "tz": None},
    "lightCOMP": {"tx": None, "ty": None, "tz": None},
    "constantMAT": {
        "colorr": None, "colorg": None, "colorb": None, "alpha": None, "blending": None},
}

# The largest number of inputs; types that are not here have none.
INPUTS = {"compositeTOP": 1000, "nullTOP": 1}


def our_parameters():
    """The parameters in docs/parameters.md: name in scripts, and the entries of a menu."""
    rows = re.findall(
        r"^\| [^|]*? \| (`\w[\w` ]*`) \| ([^|]*) \|",
        (HERE / "docs/parameters.md").read_text(encoding="utf-8"), re.M)
    names = {}
    for row, values in rows:
        menu = set(re.findall(r"`([^`]*)`", values)) or None
        for name in re.findall(r"\w+", row):
            names[name] = menu
    return names


class Refused(Exception):
    """TouchDesigner's own exception for names that it does not know."""


class World:
    """A TouchDesigner with one empty project."""

    def __init__(self, custom_types=("RextrackCHOP", "RextrackTOP")):
        self.types = dict(TYPES) | {kind: our_parameters() for kind in custom_types}
        self.refused, self.printed = [], []
        self.wires_fail, self.has_set_inputs = False, True
        # The forms of a reference that find an operator.
        self.finds = {"name", "path"}
        self.root = Operator(self, "baseCOMP", "", None)
        self.project = Operator(self, "baseCOMP", "project1", self.root)
        self.root.children.append(self.project)

    def op(self, path):
        """The operator at an absolute path."""
        node = self.root
        for name in path.strip("/").split("/"):
            node = node.op(name) if node and name else node
        return node

    def print(self, *words):
        self.printed.append(" ".join(str(word) for word in words))

    def refuse(self, text):
        self.refused.append(text)
        return Refused(text)


class Operator:
    def __init__(self, world, kind, name, parent):
        self.world, self.OPType, self.name, self.parent_node = world, kind, name, parent
        self.children, self.sources, self.par = [], {}, Parameters(world, self)
        self.inputConnectors = [Connector(self, index) for index in range(INPUTS.get(kind, 0))]
        self.nodeX = self.nodeY = 0
        self.viewer = self.display = self.render = False
        self.text, self.rows = "", []

    @property
    def path(self):
        return (self.parent_node.path if self.parent_node.parent_node else "") + "/" + self.name

    @property
    def inputs(self):
        return [self.sources[index] for index in sorted(self.sources)]

    def op(self, name):
        return next((child for child in self.children if child.name == name), None)

    def create(self, kind, name):
        if kind not in self.world.types:
            if not kind.lower().startswith("rextrack"):
                self.world.refuse("operator type " + kind)
            raise Refused("Unknown operator type: " + kind)
        while self.op(name):
            # TouchDesigner takes the next number.
            stem, number = re.match(r"(.*?)(\d*)$", name).groups()
            name = stem + str(int(number or 0) + 1)
        node = Operator(self.world, kind, name, self)
        self.children.append(node)
        if kind == "geometryCOMP":
            torus = Operator(self.world, "torusPOP", "torus1", node)
            torus.display = torus.render = True
            node.children.append(torus)
        return node

    def destroy(self):
        self.parent_node.children.remove(self)

    def setInputs(self, sources):
        if not self.world.has_set_inputs:
            raise AttributeError("setInputs")
        if len(sources) > len(self.inputConnectors):
            raise self.world.refuse(self.path + ": too many inputs")
        if not self.world.wires_fail:
            self.sources = dict(enumerate(sources))

    # A Table DAT
    numRows = property(lambda self: len(self.rows))

    def clear(self):
        self.rows.clear()

    def appendRow(self, cells):
        self.rows.append([str(cell) for cell in cells])

    def deleteRow(self, index):
        del self.rows[index]


class Connector:
    def __init__(self, node, index):
        self.node, self.index = node, index

    def connect(self, source):
        """Replaces what is connected here."""
        if not self.node.world.wires_fail:
            self.node.sources[self.index] = source


class Parameters:
    def __init__(self, world, node):
        self.__dict__.update(_world=world, _node=node, _used={})

    def __getattr__(self, name):
        world, node, used = self._world, self._node, self._used
        if name.startswith("__"):
            raise AttributeError(name)
        names = world.types.get(node.OPType, {})
        if name not in names:
            world.refuse(f"{node.path} ({node.OPType}) has no parameter {name}")
            raise AttributeError(name)
        return used.setdefault(name, Parameter(world, node, name, names[name]))

    def __setattr__(self, name, value):
        getattr(self, name).val = value


class Parameter:
    def __init__(self, world, node, name, menu):
        self.__dict__.update(world=world, node=node, name=name, menu=menu, constant=None, code=None)

    @property
    def val(self):
        return self.constant

    @val.setter
    def val(self, value):
        if self.menu and value not in self.menu:
            raise self.world.refuse(f"{self.node.path}: {self.name} has no entry {value!r}")
        if isinstance(value, Operator):
            # Some of TouchDesigner's parameters ignore the object without an error.
            raise self.world.refuse(f"{self.node.path}: {self.name} needs a name, not an object")
        self.__dict__.update(constant=value, code=None)

    def eval(self):
        """The operator that the value names, or the value. An expression is not evaluated."""
        if not isinstance(self.constant, str):
            return self.constant
        if self.constant.startswith("/"):
            return self.world.op(self.constant) if "path" in self.world.finds else None
        sibling = self.node.parent_node.op(self.constant)
        return (sibling if "name" in self.world.finds else None) if sibling else self.constant

    @property
    def expr(self):
        return self.code

    @expr.setter
    def expr(self, code):
        compile(code, self.name, "eval")
        self.__dict__.update(code=code)

    def __setattr__(self, name, value):
        if name not in ("val", "expr"):
            raise self.world.refuse(f"a parameter has no {name}")
        object.__setattr__(self, name, value)


class Channel:
    """One channel of one sample."""

    def __init__(self, owner, name, value=0.0):
        self.owner, self.name, self.value = owner, name, value

    def __float__(self):
        return float(self.value)

    def __int__(self):
        return int(self.value)


class Chop:
    """A CHOP whose channels a test sets. It calls a CHOP Execute DAT as TouchDesigner does: once
    for each channel of its pattern that has changed, after all channels have their new values."""

    def __init__(self, world, execute_node, slots):
        self.execute_node = execute_node
        self.channels = {}
        for slot in range(1, slots + 1):
            for axis in ("x", "y", "id", "generation", "state"):
                name = f"p{slot}_{axis}"
                self.channels[name] = Channel(self, name)
        self.callbacks = {"op": execute_node.parent_node.op, "me": execute_node}
        exec(compile(execute_node.text, execute_node.path, "exec"), self.callbacks)

    def __getitem__(self, name):
        return self.channels.get(name)

    def cook(self, order=None, **values):
        previous = {name: float(self.channels[name]) for name in values}
        for name, value in values.items():
            self.channels[name].value = float(value)
        patterns = self.execute_node.par.channel.val.split()
        matches = [re.compile(pattern.replace("*", ".*")).fullmatch for pattern in patterns]
        for name in order or sorted(values):
            channel = self.channels[name]
            if previous[name] != float(channel) and any(match(name) for match in matches):
                self.callbacks["onValueChange"](channel, 0, float(channel), previous[name])
