"""A small network that receives OSC from the rextrack program, without the plugin:
a dot on each person.

Start rextrack first:

    rextrack run rtsp://USER:PASSWORD@CAMERA/PATH --model yolox_nano --classes person

Then open TouchDesigner's textport (Alt+T) and paste this file, or type

    exec(open(r"C:/path/to/demo_network_osc.py").read())

It creates /project1/rextrack_osc_demo:

    track    OSC In CHOP    p1_x p1_y p2_x ... (a slot's channels appear with its first object)
    p1..p6   Circle TOPs    each follows its slot
    dots     Composite TOP  the dots on black
    out      Null TOP       the result
"""

# No blank lines inside blocks: the textport ends a block at the first one.
SLOTS = 6
PORT = 5005
COLOURS = [(1, 0.3, 0.2), (0.2, 0.8, 1), (0.5, 1, 0.3), (1, 0.8, 0.2), (0.8, 0.4, 1), (1, 0.5, 0.7)]


def make(parent, kind, name, x, y):
    node = parent.create(kind, name)
    node.nodeX, node.nodeY = x, y
    return node


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


def dot(parent, number):
    """A dot at the position of slot `number`. In OSC y starts at the top."""
    x = "(op('track')['p%d_x'] or 0)" % number
    y = "(op('track')['p%d_y'] or 0)" % number
    red, green, blue = COLOURS[(number - 1) % len(COLOURS)]
    node = make(parent, "circleTOP", "p%d" % number, 250, -150 * number)
    assign(
        node, centerunit="fraction", radiusunit="fractionaspect", radiusx=0.03, radiusy=0.03,
        centerx="=" + x + " - 0.5", centery="=0.5 - " + y,
        fillcolorr=red, fillcolorg=green, fillcolorb=blue,
        fillalpha="=1 if " + x + " > 0 or " + y + " > 0 else 0", bgalpha=0,
        outputresolution="custom", resolutionw=1280, resolutionh=720)
    return node


def build():
    parent = op("/project1") or op("/")
    old = parent.op("rextrack_osc_demo")
    if old:
        old.destroy()
    demo = make(parent, "baseCOMP", "rextrack_osc_demo", 0, -200)
    track = make(demo, "oscinCHOP", "track", 0, 0)
    assign(track, port=PORT, queued=False, active=True)
    dots = make(demo, "compositeTOP", "dots", 500, 0)
    assign(dots, operand="over")
    for index in range(SLOTS):
        dots.inputConnectors[index].connect(dot(demo, index + 1))
    out = make(demo, "nullTOP", "out", 750, 0)
    out.inputConnectors[0].connect(dots)
    out.viewer = True
    print("rextrack demo: created", demo.path + ", which listens on port", PORT)
    return demo


build()
