"""Native libraries that have to be loaded in a certain order, or not at all."""

import os
from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """The runtime of the embedded model, with its reports to its maker switched off.

    Importing it makes a device id and queues events unless the variable is set. It has to be
    loaded before usearch: after it, the process crashes while the C++ runtimes of both, which
    each bring one, are mixed (onnxruntime 1.31, usearch 2.26); in this order both work.

    Raises:
        ImportError: If it is not installed for this Python.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    module: ModuleType = onnxruntime
    return module
