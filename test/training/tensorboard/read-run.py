"""Prints as JSON what TensorBoard's own code reads in a folder of runs, given as the only argument."""

import json
import os
import sys

from google.protobuf import text_format
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tensorboard.plugins.projector import projector_plugin
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.util import tensor_util

everything = {"scalars": 0, "tensors": 0}
multiplexer = EventMultiplexer(size_guidance=everything).AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
found = {}
for run, tags in multiplexer.Runs().items():
    folder = os.path.join(sys.argv[1], run)
    scalars = {tag: [[s.step, s.value, s.wall_time] for s in multiplexer.Scalars(run, tag)] for tag in tags["scalars"]}
    texts = {}
    for tag in multiplexer.PluginRunToTagToContent("text").get(run, {}):
        tensors = multiplexer.Tensors(run, tag)
        texts[tag] = [[t.step, tensor_util.make_ndarray(t.tensor_proto).item().decode()] for t in tensors]
    projector = None
    config_file = os.path.join(folder, "projector_config.pbtxt")
    if os.path.exists(config_file):
        with open(config_file) as file:
            config = text_format.Parse(file.read(), ProjectorConfig())
        embedding = config.embeddings[0]
        vectors = projector_plugin._read_tensor_tsv_file(os.path.join(folder, embedding.tensor_path))
        with open(os.path.join(folder, embedding.metadata_path)) as file:
            metadata = [line.rstrip("\n").split("\t") for line in file]
        projector = {
            "name": embedding.tensor_name,
            "shape": list(embedding.tensor_shape),
            "vectors": vectors.tolist(),
            "metadata": metadata,
        }
    found[run] = {"scalars": scalars, "texts": texts, "projector": projector}
json.dump(found, sys.stdout)
