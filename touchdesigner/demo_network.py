"""A small network around the Rextrack CHOP: people in a movie, circles on them.

In TouchDesigner open the textport (Alt+T) and paste this file, or type

    exec(open(r"C:/path/to/demo_network.py").read())

It creates /project1/rextrack_demo:

    track    Rextrack CHOP  p1_x p1_y p1_w p1_h p1_id p1_generation p1_state p1_presence ...
    picture  Rextrack TOP   the video of the same camera
    p1..p6   Circle TOPs    each follows its slot and fades in and out with its presence
    circles  Composite TOP  circles and picture in layers
    out      Null TOP       the result

Then choose a movie as File of the node track, or set its Source to Stream Address or TOP.
"""

# No blank lines inside blocks: the textport ends a block at the first one.
SLOTS = 6
COLOURS = [(1, 0.3, 0.2), (0.2, 0.8, 1), (0.5, 1, 0.3), (1, 0.8, 0.2), (0.8, 0.4, 1), (1, 0.5, 0.7)]


def make(parent, kinds, name, x, y):
    """Creates an operator. The type name of a custom operator has several spellings."""
    for kind in kinds:
        try:
            node = parent.create(kind, name)
        except Exception:
            continue
        node.nodeX, node.nodeY = x, y
        return node
    raise RuntimeError(
        "operator type " + kinds[0] + " not found: copy the rextrack plugins into TouchDesigner's "
        "Plugins folder, restart TouchDesigner and allow them (touchdesigner/README.md)")


def assign(node, **values):
    """Sets parameters. Prints those that this TouchDesigner does not have."""
    for name, value in values.items():
        par = getattr(node.par, name, None)
        if par is None:
            print("rextrack demo:", node.path, "has no parameter", name)
        elif isinstance(value, str) and value.startswith("="):
            par.expr = value[1:]
        else:
            par.val = value


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


def build():
    parent = op("/project1") or op("/")
    old = parent.op("rextrack_demo")
    if old:
        old.destroy()
    demo = make(parent, ["baseCOMP"], "rextrack_demo", 0, 0)
    track = make(demo, ["rextrackCHOP", "RextrackCHOP"], "track", 0, 0)
    assign(track, Source="file", Slots=SLOTS, Coordinates="uv", Classes="person", Presence=True)
    picture = make(demo, ["rextrackTOP", "RextrackTOP"], "picture", 250, 0)
    assign(picture, Chop=track, Show="plain")
    layers = [circle(demo, number) for number in range(1, SLOTS + 1)] + [picture]
    circles = make(demo, ["compositeTOP"], "circles", 500, 0)
    assign(circles, operand="over")
    for index, layer in enumerate(layers):
        circles.inputConnectors[index].connect(layer)
    out = make(demo, ["nullTOP"], "out", 750, 0)
    out.inputConnectors[0].connect(circles)
    out.viewer = True
    print("rextrack demo: created", demo.path + ". Choose a movie in", track.path, "(File).")
    return demo


build()
