# One shape on each person by instancing: one Geometry COMP draws all of them.
#
# How to run this script in TouchDesigner:
#
# 1. Add a Text DAT and paste this file into it.
# 2. Right-click the DAT and choose Run Script.
#
# You can also paste the file into the textport (Alt+T) and press Enter, or type there
#     exec(open(r"C:/path/to/demo_instancing.py").read())
# You can run it again at any time: it replaces its own network and nothing else.
#
# It creates /project1/rextrack_instancing:
#
#     track     Rextrack CHOP  one sample per slot: channels x y w h state ...; centred coordinates
#     picture   Rextrack TOP   the video of the same camera
#     shapes    Geometry COMP  one instance per slot; add your own shape inside it
#     look      Constant MAT   the colour of the shapes
#     camera    Camera COMP    orthographic, width 1, as wide as the picture
#     light     Light COMP     for other materials; a Constant MAT needs none
#     render    Render TOP     the shapes, as large as the picture
#     over      Composite TOP  shapes over picture
#     out       Null TOP       the result
#
# Then choose a movie as File of the node track, or set its Source to Stream Address or TOP.
#
# Technical note: there are no blank lines inside the function, because the textport ends a block
# at the first one. Everything is inside one function, and op is its argument, because a script can
# run with separate dictionaries for globals and locals.

def build_rextrack_instancing(op):
    SLOTS = 32
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
    demo = new_container("rextrack_instancing", 0, -400)
    track = make(demo, ["RextrackCHOP", "rextrackCHOP"], "track", 0, 0)
    assign(track, Source="file", Slots=SLOTS, Layout="samples", Coordinates="centred",
           Classes="person")
    picture = make(demo, ["RextrackTOP", "rextrackTOP"], "picture", 250, 0)
    assign(picture, Show="plain")
    refer(picture, Chop=track)
    look = make(demo, ["constantMAT"], "look", 0, -300)
    assign(look, colorr=0.2, colorg=0.8, colorb=1, alpha=0.5, blending=True)
    shapes = make(demo, ["geometryCOMP"], "shapes", 250, -150)
    # A new Geometry COMP contains a torus. A shape of size 1 replaces it: w and h are its scale.
    for child in list(shapes.children):
        child.destroy()
    shape = make(shapes, ["circleSOP"], "shape", 0, 0)
    assign(shape, type="poly", orient="xy", radx=0.5, rady=0.5, divs=40)
    shape.display = True
    shape.render = True
    # instanceactive names the channel that says which slots to draw: state is 0 in an empty slot.
    refer(shapes, instanceop=track, material=look)
    assign(shapes, instancing=True, instancecountmode="oplength", instancetx="x", instancety="y",
           instancesx="w", instancesy="h", instanceactive="state")
    camera = make(demo, ["cameraCOMP"], "camera", 250, -300)
    assign(camera, projection="ortho", orthowidth=1, tz=5)
    light = make(demo, ["lightCOMP"], "light", 250, -450)
    render = make(demo, ["renderTOP"], "render", 500, -150)
    refer(render, camera=camera, geometry=shapes, lights=light)
    assign(render, bgcolora=0, outputresolution="custom", resolutionw="=op('picture').width",
           resolutionh="=op('picture').height")
    over = make(demo, ["compositeTOP"], "over", 750, 0)
    assign(over, operand="over")
    wire(over, [render, picture])
    out = make(demo, ["nullTOP"], "out", 1000, 0)
    wire(out, [over])
    out.viewer = True
    print("rextrack demo: created", demo.path + ". Choose a movie in", track.path, "(File).")

build_rextrack_instancing(op)
