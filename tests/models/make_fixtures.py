"""Makes the model files of this folder: heads of every family, without weights.

    python make_fixtures.py            writes the files
    python make_fixtures.py --check    fails when a file is not what it would write

Needs numpy and onnx. Each model takes a picture of 96 x 96, does not look at it, and
gives the same few proposals for every picture; all else in its output is 0. What the
proposals mean is in tests/suite/detect.rs, which runs the files through ONNX Runtime.
"""

import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 96
# Cells of the grids of 8, 16 and 32; NanoDet-Plus has one of 64 too, rounded up.
CELLS = 144 + 36 + 9
PLUS_CELLS = CELLS + 4


def model(outputs, metadata=None, element=TensorProto.FLOAT):
    """`outputs` is a list of a shape, rows of it, and whether its axes are swapped."""
    nodes, constants, infos = [], [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(array, name))
        return name

    for i, (shape, rows, swapped) in enumerate(outputs):
        name = f"output{i}"
        # Rows are written where they are rows; a swapped output is turned at the end.
        inner = [shape[0], shape[2], shape[1]] if swapped else shape
        zeros = constant(f"shape{i}", np.array(inner, np.int64))
        value = helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
        nodes.append(helper.make_node("ConstantOfShape", [zeros], [f"zeros{i}"], value=value))
        last = f"zeros{i}"
        if rows:
            indices = constant(f"where{i}", np.array([[0, row] for row, _ in rows], np.int64))
            numbers = constant(f"what{i}", np.array([line for _, line in rows], np.float32))
            nodes.append(helper.make_node("ScatterND", [last, indices, numbers], [f"rows{i}"]))
            last = f"rows{i}"
        if swapped:
            nodes.append(helper.make_node("Transpose", [last], [f"turned{i}"], perm=[0, 2, 1]))
            last = f"turned{i}"
        if element != TensorProto.FLOAT:
            nodes.append(helper.make_node("Cast", [last], [f"cast{i}"], to=element))
            last = f"cast{i}"
        nodes.append(helper.make_node("Identity", [last], [name]))
        infos.append(helper.make_tensor_value_info(name, element, shape))
    picture = helper.make_tensor_value_info("images", element, [1, 3, SIDE, SIDE])
    graph = helper.make_graph(nodes, "fixture", [picture], infos, constants)
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="rextrack"
    )
    if metadata:
        helper.set_model_props(made, metadata)
    onnx.checker.check_model(made)
    return made


def scores(count, chosen):
    """A score for each class: 0, but for those chosen."""
    numbers = [0.0] * count
    for class_id, score in chosen.items():
        numbers[class_id] = score
    return numbers


def bins(count, steps):
    """Four distances that are a whole number of steps each."""
    numbers = []
    for step in steps:
        one = [-100.0] * count
        one[step] = 5.0
        numbers += one
    return numbers


# YOLOX: centre in cells, logarithm of the size in cells, objectness, scores.
#
# A person at 20, 12 of 16 x 32: cell 2, 1 of the grid of 8 (number 14). A second one
# that overlaps it, which is removed; a car at 40, 40 of 32 x 32: cell 2, 2 of the grid
# of 16 (number 144 + 14); and one that is too weak.
YOLOX = [
    (14, [0.5, 0.5, np.log(2.0), np.log(4.0), 0.9] + scores(80, {0: 0.8})),
    (15, [-0.375, 0.5, np.log(2.0), np.log(4.0), 0.9] + scores(80, {0: 0.7})),
    (158, [0.5, 0.5, np.log(2.0), np.log(2.0), 0.8] + scores(80, {2: 0.75, 0: 0.1})),
    (0, [0.5, 0.5, 0.0, 0.0, 0.3] + scores(80, {0: 0.3})),
]


# YOLOv8: centre and size in pixels of the input, scores. The same objects.
def yolov8(count):
    return [
        (14, [20.0, 12.0, 16.0, 32.0] + scores(count, {0: 0.72})),
        (15, [21.0, 12.0, 16.0, 32.0] + scores(count, {0: 0.63})),
        (158, [40.0, 40.0, 32.0, 32.0] + scores(count, {count - 1: 0.6, 0: 0.08})),
        (0, [4.0, 4.0, 8.0, 8.0] + scores(count, {0: 0.09})),
    ]


# NanoDet: scores, distances in steps from the middle of the cell to the four edges. A
# person at 12..36, 4..28 (cell 2, 1 of the grid of 8, middle 20, 12), one that overlaps
# it, and a car at 24..56, 24..56 (cell 2, 2 of the grid of 16, middle 40, 40).
def nanodet(classes, count):
    return [
        (14, scores(classes, {0: 0.72}) + bins(count, [1, 1, 2, 2])),
        (15, scores(classes, {0: 0.63}) + bins(count, [2, 1, 1, 2])),
        (158, scores(classes, {2: 0.6, 0: 0.08}) + bins(count, [1, 1, 1, 1])),
        (0, scores(classes, {0: 0.09}) + bins(count, [0, 0, 1, 1])),
    ]


ULTRALYTICS = {
    "task": "detect",
    "names": "{0: 'hand', 1: \"cat's eye\"}",
    "imgsz": "[96, 96]",
    "license": "CC0-1.0 (made by tests/models/make_fixtures.py)",
}

FIXTURES = {
    "yolox": lambda: model([([1, CELLS, 85], YOLOX, False)]),
    "yolov8": lambda: model([([1, 84, CELLS], yolov8(80), True)]),
    "yolov8_named": lambda: model([([1, 6, CELLS], yolov8(2), True)], ULTRALYTICS),
    "nanodet_g": lambda: model([([1, CELLS, 124], nanodet(80, 11), False)]),
    "nanodet_m": lambda: model([([1, CELLS, 112], nanodet(80, 8), False)]),
    "nanodet_plus": lambda: model([([1, PLUS_CELLS, 112], nanodet(80, 8), False)]),
    # What is refused, each with its reason.
    "wrong_two_outputs": lambda: model(
        [([1, 116, CELLS], [], False), ([1, 32, 16, 16], [], False)]
    ),
    "wrong_pose": lambda: model([([1, 56, CELLS], [], False)], {"task": "pose"}),
    "wrong_names": lambda: model([([1, 84, CELLS], [], False)], {"names": "{0: 'hand'}"}),
    "wrong_anchors": lambda: model([([1, 3 * CELLS, 85], [], False)]),
    "wrong_end_to_end": lambda: model([([1, 300, 6], [], False)]),
    "wrong_classifier": lambda: model([([1, 1000], [], False)]),
    "wrong_picture": lambda: model([([1, 3, SIDE, SIDE], [], False)]),
    "wrong_half": lambda: model([([1, CELLS, 85], [], False)], element=TensorProto.FLOAT16),
}


def main(arguments):
    folder = os.path.dirname(os.path.abspath(__file__))
    stale = []
    for name, make in FIXTURES.items():
        path = os.path.join(folder, f"{name}.onnx")
        content = make().SerializeToString(deterministic=True)
        if arguments == ["--check"]:
            # Compared as messages: another version of protobuf may order the bytes
            # in another way.
            if not os.path.exists(path) or onnx.load(path) != onnx.load_from_string(content):
                stale.append(name)
        else:
            with open(path, "wb") as file:
                file.write(content)
    if stale:
        print(f"not as this script makes them: {' '.join(stale)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
