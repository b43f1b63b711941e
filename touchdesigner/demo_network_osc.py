# A small network that receives OSC from the rextrack program, without the plugin: a dot on
# each person.
#
# Start rextrack first:
#     rextrack run rtsp://USER:PASSWORD@CAMERA/PATH --model yolox_nano --classes person
#
# How to run this script in TouchDesigner:
#
# 1. Add a Text DAT and paste this file into it.
# 2. Right-click the DAT and choose Run Script.
#
# You can also paste the file into the textport (Alt+T) and press Enter, or type there
#     exec(open(r"C:/path/to/demo_network_osc.py").read())
# You can run it again at any time: it replaces its own network and nothing else.
#
# It creates /project1/rextrack_osc_demo:
#
#     track    OSC In CHOP    p1_x p1_y p2_x ... (a slot's channels appear with its first object)
#     p1..p6   Circle TOPs    each follows its slot
#     dots     Composite TOP  the dots on black
#     out      Null TOP       the result
#
# Technical note: there are no blank lines inside the function, because the textport ends a block
# at the first one. Everything is inside one function, and op is its argument, because a script can
# run with separate dictionaries for globals and locals.

def build_rextrack_osc_demo(op):
    SLOTS = 6
    PORT = 5005
    COLOURS = [(1, 0.3, 0.2), (0.2, 0.8, 1), (0.5, 1, 0.3), (1, 0.8, 0.2), (0.8, 0.4, 1),
               (1, 0.5, 0.7)]
    # The helpers are the same in all demo scripts: each script works alone.
    def make(parent, kinds, name, x, y):
        """Creates an operator of the first of these types that TouchDesigner accepts."""
        for kind in kinds:
            try:
                node = parent.create(kind, name)
            except Exception:
                print("rextrack demo: TouchDesigner has no operator type", kind)
                continue
            node.nodeX, node.nodeY = x, y
            return node
        remedy = ""
        if "rextrack" in kinds[0].lower():
            remedy = (": copy the rextrack plugins into TouchDesigner's Plugins folder, restart "
                      "TouchDesigner and allow them (touchdesigner/README.md)")
        raise RuntimeError("rextrack demo: operator type " + kinds[0] + " not found" + remedy)
    def assign(node, **values):
        """Sets parameters; a text with = in front is an expression. Prints what does not work."""
        for name, value in values.items():
            par = getattr(node.par, name, None)
            if par is None:
                print("rextrack demo:", node.path, "has no parameter", name)
                continue
            try:
                if isinstance(value, str) and value.startswith("="):
                    par.expr = value[1:]
                else:
                    par.val = value
            except Exception as problem:
                print("rextrack demo:", node.path, "does not accept", name, "=", value, problem)
    def refer(node, **targets):
        """Sets parameters that name another operator and checks that they find it."""
        for name, target in targets.items():
            assign(node, **{name: target.name})
            par = getattr(node.par, name, None)
            if par is not None and par.eval() != target:
                par.val = target.path
                if par.eval() != target:
                    print("rextrack demo:", node.path, "does not find", target.path,
                          "- drag it onto the parameter", name)
    def wire(node, sources):
        """Connects the inputs in this order and checks the result."""
        try:
            node.setInputs(sources)
        except Exception as problem:
            print("rextrack demo:", node.path, "setInputs failed -", problem)
        if len(node.inputs) != len(sources):
            for index, source in enumerate(sources):
                node.inputConnectors[index].connect(source)
        if len(node.inputs) != len(sources):
            print("rextrack demo:", node.path, "has", len(node.inputs), "inputs and needs",
                  len(sources), "- wire them by hand:", " ".join(source.name for source in sources))
    def new_container(name, x, y):
        """Creates an empty container. It replaces the one of an earlier run."""
        parent = op("/project1") or op("/")
        old = parent.op(name)
        if old:
            old.destroy()
        return make(parent, ["baseCOMP"], name, x, y)
    def dot(parent, number):
        """A dot at the position of slot `number`. In OSC y starts at the top."""
        x = "(op('track')['p%d_x'] or 0)" % number
        y = "(op('track')['p%d_y'] or 0)" % number
        red, green, blue = COLOURS[(number - 1) % len(COLOURS)]
        node = make(parent, ["circleTOP"], "p%d" % number, 250, -150 * number)
        assign(
            node, centerunit="fraction", radiusunit="fractionaspect", radiusx=0.03, radiusy=0.03,
            centerx="=" + x + " - 0.5", centery="=0.5 - " + y,
            fillcolorr=red, fillcolorg=green, fillcolorb=blue,
            fillalpha="=1 if " + x + " > 0 or " + y + " > 0 else 0", bgalpha=0,
            outputresolution="custom", resolutionw=1280, resolutionh=720)
        return node
    demo = new_container("rextrack_osc_demo", 0, -200)
    track = make(demo, ["oscinCHOP"], "track", 0, 0)
    assign(track, port=PORT, queued=False, active=True)
    dots = make(demo, ["compositeTOP"], "dots", 500, 0)
    assign(dots, operand="over")
    wire(dots, [dot(demo, number + 1) for number in range(SLOTS)])
    out = make(demo, ["nullTOP"], "out", 750, 0)
    wire(out, [dots])
    out.viewer = True
    print("rextrack demo: created", demo.path + ", which listens on port", PORT)

build_rextrack_osc_demo(op)
