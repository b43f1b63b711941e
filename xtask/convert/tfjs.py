"""Reads a TensorFlow.js graph model: a JSON file of nodes and one file of weights.

The format is TensorFlow's GraphDef as JSON. Byte strings are base64. The weights
follow each other in one file, in the order of the manifest, without gaps; those that
are quantised as float16 take two bytes each.
"""

import base64
import json
from dataclasses import dataclass

import numpy as np


class ModelError(Exception):
    """What is wrong with the model, in one line for the user."""


@dataclass
class Node:
    name: str
    op: str
    inputs: list
    attributes: dict

    def ints(self, key):
        """A list of integers, such as the strides of a convolution."""
        return [int(i) for i in self.attributes[key]["list"].get("i", [])]

    def text(self, key):
        return base64.b64decode(self.attributes[key]["s"]).decode()

    def flag(self, key):
        return bool(self.attributes.get(key, {}).get("b", False))

    def number(self, key):
        return float(self.attributes[key]["f"])


@dataclass
class Graph:
    nodes: list
    """In an order in which the inputs of a node come before it."""
    constants: dict
    """Weights and other constants, by the name of their node."""
    inputs: list
    """Pairs of a node's name and a shape."""
    outputs: list
    """Pairs of a node's name and a shape."""


STORED = {"float32": "<f4", "int32": "<i4"}


def read(graph_path, weights_path):
    try:
        with open(graph_path, encoding="utf-8") as file:
            model = json.load(file)
        with open(weights_path, "rb") as file:
            weights = file.read()
        nodes = [
            Node(n["name"], n["op"], _plain(n.get("input", [])), n.get("attr", {}))
            for n in model["modelTopology"]["node"]
        ]
        manifest = model["weightsManifest"]
        signature = model["signature"]
        inputs, outputs = _ports(signature["inputs"]), _ports(signature["outputs"])
    except OSError as error:
        raise ModelError(f"{error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{graph_path}: not a TensorFlow.js graph model ({type(error).__name__}: {error}); "
            "give the model's .json file first and its .bin file second"
        ) from error
    entries = [entry for group in manifest for entry in group["weights"]]
    constants = _constants(entries, weights, weights_path)
    return Graph(_sorted(nodes, graph_path), constants, inputs, outputs)


def _plain(names):
    """Input names without the marks of control edges, which carry no data."""
    return [name for name in names if not name.startswith("^")]


def _ports(signature):
    return [
        (port["name"].split(":")[0], [int(d["size"]) for d in port["tensorShape"]["dim"]])
        for port in signature.values()
    ]


def _constants(entries, weights, path):
    constants, offset = {}, 0
    for entry in entries:
        quantised = entry.get("quantization", {}).get("dtype")
        dtype = "<f2" if quantised == "float16" else STORED.get(entry["dtype"])
        if dtype is None or quantised not in (None, "float16"):
            raise ModelError(
                f"{path}: {entry['name']} is stored as {quantised or entry['dtype']}; "
                "only float32, float16 and int32 are read"
            )
        count = int(np.prod(entry["shape"], dtype=np.int64))
        end = offset + count * np.dtype(dtype).itemsize
        if end > len(weights):
            break
        values = np.frombuffer(weights, dtype, count, offset).reshape(entry["shape"])
        constants[entry["name"]] = values.astype(np.float32 if "f" in dtype else np.int64)
        offset = end
    if len(constants) != len(entries) or offset != len(weights):
        wanted = sum(_size(entry) for entry in entries)
        raise ModelError(
            f"{path}: {len(weights)} bytes, the graph's weights take {wanted}; "
            "take both files from the same release and download them again"
        )
    return constants


def _size(entry):
    width = 2 if entry.get("quantization") else 4
    return int(np.prod(entry["shape"], dtype=np.int64)) * width


def _sorted(nodes, path):
    """Nodes in an order in which they can be computed."""
    ready, waiting, order = set(), list(nodes), []
    while waiting:
        later = []
        for node in waiting:
            if all(source(name)[0] in ready for name in node.inputs):
                ready.add(node.name)
                order.append(node)
            else:
                later.append(node)
        if len(later) == len(waiting):
            raise ModelError(f"{path}: {later[0].name} has an input that is not in the graph")
        waiting = later
    return order


def source(name):
    """The node and the number of its output that an input's name means."""
    node, _, output = name.partition(":")
    return node, int(output or 0)
