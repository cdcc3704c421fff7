"""Reads what a run leaves in its folder, and the dataset it trained on, with NumPy alone."""

import csv
import gzip
import json
import struct
from pathlib import Path

import numpy


def read_safetensors(path):
    data = Path(path).read_bytes()
    (header_length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + header_length])
    header.pop("__metadata__", None)
    body = data[8 + header_length :]
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(body[start:end], "<f4").reshape(entry["shape"]).copy()
    return tensors


def read_losses(path):
    with open(path, newline="") as file:
        return numpy.array([float(row["loss"]) for row in csv.DictReader(file)])


def read_idx(folder, name):
    plain = Path(folder) / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress((Path(folder) / f"{name}.gz").read_bytes())
    dimensions = data[3]
    shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * dimensions).reshape(shape).copy()
