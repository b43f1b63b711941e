# A small network around the Rextrack CHOP: circles on the people in a movie, and a list of
# the people who enter and leave.
#
# How to run this script in TouchDesigner:
#
# 1. Add a Text DAT and paste this file into it.
# 2. Right-click the DAT and choose Run Script.
#
# You can also paste the file into the textport (Alt+T) and press Enter, or type there
#     exec(open(r"C:/path/to/demo_network.py").read())
# You can run it again at any time: it replaces its own network and nothing else.
#
# It creates /project1/rextrack_demo:
#
#     track     Rextrack CHOP     p1_x p1_y p1_w p1_h p1_id p1_generation p1_state p1_presence ...
#     picture   Rextrack TOP      the video of the same camera
#     p1..p6    Circle TOPs       each follows its slot and fades in and out with its presence
#     circles   Composite TOP     circles and picture in layers
#     out       Null TOP          the result
#     watch     CHOP Execute DAT  runs when a person enters or leaves; put your own reactions here
#     events    Table DAT         the latest of these events: time, "p1 entered", "p1 left"
#
# Then choose a movie as File of the node track, or set its Source to Stream Address or TOP.
#
# Technical note: there are no blank lines inside the function, because the textport ends a block
# at the first one. Everything is inside one function, and op is its argument, because a script can
# run with separate dictionaries for globals and locals.

def build_rextrack_demo(op):
    from textwrap import dedent
    SLOTS = 6
    COLOURS = [(1, 0.3, 0.2), (0.2, 0.8, 1), (0.5, 1, 0.3), (1, 0.8, 0.2), (0.8, 0.4, 1),
               (1, 0.5, 0.7)]
    # The code of the node watch.
    WATCH = dedent("""\
        # A generation counts the people who have had the slot. This is the generation of the person
        # in each slot now, None when the slot is empty.
        inside = {}
        def report(slot, event):
            # Put your own reactions here: event is "entered" or "left", slot is "p1", "p2", ...
            import time
            events = op("events")
            events.appendRow([time.strftime("%H:%M:%S"), slot + " " + event])
            while events.numRows > 21:
                events.deleteRow(1)
        def onValueChange(channel, sampleIndex, val, prev):
            slot, axis = channel.name.split("_")
            track = channel.owner
            present = int(track[slot + "_state"]) > 0
            now = int(track[slot + "_generation"]) if present else None
            if slot not in inside and axis == "state" and prev > 0:
                # This person was there before the first event.
                inside[slot] = 0 if now is None else now
            before = inside.get(slot)
            inside[slot] = now
            if now == before:
                return
            if before is not None:
                report(slot, "left")
            if now is not None:
                report(slot, "entered")
        """)
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
    def circle(parent, number):
        """A circle at the position of slot `number`."""
        slot = "op('track')['p%d_" % number
        red, green, blue = COLOURS[(number - 1) % len(COLOURS)]
        node = make(parent, ["circleTOP"], "p%d" % number, 250, -150 * number)
        assign(
            node, centerunit="fraction", radiusunit="fraction",
            centerx="=" + slot + "x'] - 0.5", centery="=" + slot + "y'] - 0.5",
            radiusx="=" + slot + "w'] / 2", radiusy="=" + slot + "h'] / 2",
            fillcolorr=red, fillcolorg=green, fillcolorb=blue,
            fillalpha="=0.5 * " + slot + "presence']", bgalpha=0,
            outputresolution="custom", resolutionw="=op('picture').width",
            resolutionh="=op('picture').height")
        return node
    demo = new_container("rextrack_demo", 0, 0)
    track = make(demo, ["RextrackCHOP", "rextrackCHOP"], "track", 0, 0)
    assign(track, Source="file", Slots=SLOTS, Coordinates="uv", Classes="person", Presence=True)
    picture = make(demo, ["RextrackTOP", "rextrackTOP"], "picture", 250, 0)
    assign(picture, Show="plain")
    refer(picture, Chop=track)
    circles = make(demo, ["compositeTOP"], "circles", 500, 0)
    assign(circles, operand="over")
    wire(circles, [circle(demo, number + 1) for number in range(SLOTS)] + [picture])
    out = make(demo, ["nullTOP"], "out", 750, 0)
    wire(out, [circles])
    out.viewer = True
    events = make(demo, ["tableDAT"], "events", 0, -300)
    events.clear()
    events.appendRow(["time", "event"])
    events.viewer = True
    watch = make(demo, ["chopexecuteDAT"], "watch", 0, -150)
    watch.text = WATCH
    refer(watch, chop=track)
    assign(watch, channel="p*_generation p*_state", valuechange=True, offtoon=False, whileon=False,
           ontooff=False, whileoff=False, active=True)
    print("rextrack demo: created", demo.path + ". Choose a movie in", track.path, "(File).")

build_rextrack_demo(op)
