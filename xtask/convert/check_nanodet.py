"""Checks the converted NanoDet-g against the graph that it was made from.

    python check_nanodet.py nanodet.json nanodet.bin ../../models/nanodet_g.onnx

Computes the source graph in numpy, node by node and as TensorFlow defines the
nodes, without the converter, and compares it with what ONNX Runtime makes of the
converted model. With `--record FILE` it also writes some of those numbers, which a
test of the workspace compares with the model on every machine.

Needs numpy and onnxruntime.
"""

import json
import sys

import numpy as np

from tfjs import ModelError, read, source

TOLERANCE = 1e-4
INPUTS = 3

MEAN = np.array([103.53, 116.28, 123.675], np.float32)
STD = np.array([57.375, 57.12, 58.395], np.float32)

# What is recorded: these columns of every so-manieth row.
ROW_STEP = 37
COLUMNS = [0, 80, 96, 113]


def picture(seed):
    """An invented picture in whole numbers, so that Rust makes the same one."""
    y, x = np.mgrid[0:416, 0:416]
    channels = [
        ((x * (5 + 3 * seed + c) + y * (3 + c)) // 4 ^ (x // 16) * (y // 16)) & 255
        for c in range(3)
    ]
    bgr = np.stack(channels, axis=-1).astype(np.float32)
    return ((bgr - MEAN) / STD).transpose(2, 0, 1)[None].astype(np.float32)


# The operations, as TensorFlow defines them. Float32 throughout, as the source.


def sparse_to_dense(_node, indices, shape, values, default):
    dense = np.full(shape.astype(int), default)
    for index, value in zip(indices, values):
        dense[tuple(index)] = value
    return dense


def conv2d(node, x, kernel):
    (height, width), (sy, sx) = kernel.shape[:2], node.ints("strides")[1:3]
    if node.ints("dilations") != [1, 1, 1, 1] or node.text("padding") != "VALID":
        raise ModelError(f"{node.name}: dilations or padding that this check does not know")
    rows = (x.shape[1] - height) // sy + 1
    columns = (x.shape[2] - width) // sx + 1
    out = np.zeros((1, rows, columns, kernel.shape[3]), np.float32)
    for i in range(height):
        for j in range(width):
            part = x[:, i : i + (rows - 1) * sy + 1 : sy, j : j + (columns - 1) * sx + 1 : sx]
            out += part @ kernel[i, j]
    return out


def max_pool(node, x):
    (height, width), (sy, sx) = node.ints("ksize")[1:3], node.ints("strides")[1:3]
    rows, columns = (x.shape[1] - height) // sy + 1, (x.shape[2] - width) // sx + 1
    parts = [
        x[:, i : i + (rows - 1) * sy + 1 : sy, j : j + (columns - 1) * sx + 1 : sx]
        for i in range(height)
        for j in range(width)
    ]
    return np.max(parts, axis=0)


def resize_bilinear(node, x, size):
    if not node.flag("half_pixel_centers") or node.flag("align_corners"):
        raise ModelError(f"{node.name}: a way of resizing that this check does not know")
    for axis, length in ((1, int(size[0])), (2, int(size[1]))):
        at = (np.arange(length) + 0.5) * (x.shape[axis] / length) - 0.5
        low = np.floor(at)
        share = (at - low).astype(np.float32)
        share = share.reshape([-1 if i == axis else 1 for i in range(4)])
        last = x.shape[axis] - 1
        before = np.take(x, np.clip(low, 0, last).astype(int), axis)
        after = np.take(x, np.clip(low + 1, 0, last).astype(int), axis)
        x = before + (after - before) * share
    return x


OPERATIONS = {
    "SparseToDense": sparse_to_dense,
    "Pad": lambda _, x, padding: np.pad(x, padding),
    "PadV2": lambda _, x, padding, value: np.pad(x, padding, constant_values=value),
    "Transpose": lambda _, x, order: x.transpose(order),
    "Conv2D": conv2d,
    "Add": lambda _, a, b: a + b,
    "AddV2": lambda _, a, b: a + b,
    "LeakyRelu": lambda node, x: np.where(x > 0, x, x * np.float32(node.number("alpha"))),
    "MaxPool": max_pool,
    "ConcatV2": lambda _, *inputs: np.concatenate(inputs[:-1], int(inputs[-1])),
    "SplitV": lambda _, x, sizes, axis: np.split(x, np.cumsum(sizes)[:-1], int(axis)),
    "ResizeBilinear": resize_bilinear,
    "Reshape": lambda _, x, shape: x.reshape(shape),
    "Sigmoid": lambda _, x: 1 / (1 + np.exp(-x)),
    "Identity": lambda _, x: x,
}


def compute(graph, data):
    """The source's outputs, put together as the converted model has them."""
    values = {name: [value] for name, value in graph.constants.items()}
    for node in graph.nodes:
        if node.op == "Placeholder":
            values[node.name] = [data]
        elif node.op != "Const":
            if node.op not in OPERATIONS:
                raise ModelError(f"{node.name}: this check does not know the kind {node.op}")
            inputs = [values[name][output] for name, output in map(source, node.inputs)]
            result = OPERATIONS[node.op](node, *inputs)
            values[node.name] = result if isinstance(result, list) else [result]
    outputs = [values[name][0] for name, _ in graph.outputs]
    grids = sorted({o.shape[1] for o in outputs}, reverse=True)
    # Of a grid's two outputs, the scores have more columns than the distances.
    rows = [
        np.concatenate(sorted((o for o in outputs if o.shape[1] == n), key=lambda o: -o.shape[2]), 2)
        for n in grids
    ]
    return np.concatenate(rows, 1)


def record(path, output):
    rows = list(range(0, output.shape[1], ROW_STEP))
    values = [[round(float(output[0, row, column]), 5) for column in COLUMNS] for row in rows]
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        lines = ",\n".join(f"    {json.dumps(line)}" for line in values)
        file.write(
            "{\n"
            '  "about": "nanodet_g on picture(0) of xtask/convert/check_nanodet.py, computed '
            'from the source graph by that script",\n'
            f'  "row_step": {ROW_STEP},\n  "columns": {COLUMNS},\n  "rows": [\n{lines}\n  ]\n}}\n'
        )


def main(arguments):
    if len(arguments) not in (3, 5) or (len(arguments) == 5 and arguments[3] != "--record"):
        print(
            "usage: check_nanodet.py GRAPH.json WEIGHTS.bin MODEL.onnx [--record FILE]",
            file=sys.stderr,
        )
        return 2
    import onnxruntime

    try:
        graph = read(arguments[0], arguments[1])
        session = onnxruntime.InferenceSession(arguments[2], providers=["CPUExecutionProvider"])
        worst = 0.0
        for seed in range(INPUTS):
            data = picture(seed)
            wanted = compute(graph, data)
            (seen,) = session.run(None, {session.get_inputs()[0].name: data})
            if seen.shape != wanted.shape:
                raise ModelError(f"{arguments[2]}: gives {seen.shape}, the source {wanted.shape}")
            apart = float(np.abs(seen - wanted).max())
            best = float(wanted[..., :80].max())
            print(f"input {seed}: {apart:.2e} apart at most (best score {best:.3f})")
            worst = max(worst, apart)
            if seed == 0 and len(arguments) == 5:
                record(arguments[4], wanted)
    except ModelError as error:
        print(f"check_nanodet.py: {error}", file=sys.stderr)
        return 1
    if not worst <= TOLERANCE:
        print(f"check_nanodet.py: {worst:.2e} apart, more than {TOLERANCE}", file=sys.stderr)
        return 1
    print(f"the converted model equals its source within {worst:.2e} (at most {TOLERANCE})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
