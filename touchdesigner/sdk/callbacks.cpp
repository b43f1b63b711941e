// Python.h has to come before all other headers.
#ifdef REXTRACK_TD_PYTHON
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "callbacks.h"

#include <string.h>

namespace rextrack_td::sdk {

namespace {

// What a new Callbacks DAT contains.
const char stub[] =
    "# Callbacks of the Rextrack CHOP. op is the node, slot is 1 for p1, and id is the number of the\n"
    "# track: it stays the same for as long as the object is the same.\n"
    "\n"
    "# A new object has the slot.\n"
    "def onEnter(op, slot, id):\n"
    "\treturn\n"
    "\n"
    "# The slot is empty again.\n"
    "def onLeave(op, slot, id):\n"
    "\treturn\n"
    "\n"
    "# The object is not detected any more. The slot is held for the time of Persistence.\n"
    "def onLost(op, slot, id):\n"
    "\treturn\n"
    "\n"
    "# The held object is detected again.\n"
    "def onFound(op, slot, id):\n"
    "\treturn\n"
    "\n"
    "# The node's warning or error has changed. message is empty when all is well again.\n"
    "def onProblem(op, message):\n"
    "\treturn\n";

const char *function_name(uint32_t kind) {
    switch (kind) {
    case REXTRACK_TD_ENTER: return "onEnter";
    case REXTRACK_TD_LEAVE: return "onLeave";
    case REXTRACK_TD_LOST: return "onLost";
    case REXTRACK_TD_FOUND: return "onFound";
    case REXTRACK_TD_PROBLEM: return "onProblem";
    default: return nullptr;
    }
}

void call(TD::OP_Context &context, const RextrackTdEvent &event) {
    const char *name = function_name(event.kind);
    if (!name) return;
    const bool is_problem = event.kind == REXTRACK_TD_PROBLEM;
    PyObject *arguments = context.createArgumentsTuple(is_problem ? 1 : 2, nullptr);
    if (!arguments) return;
    // Argument 0 is the node. The tuple owns what it is given.
    if (is_problem) {
        const auto length = static_cast<Py_ssize_t>(strlen(event.text));
        PyTuple_SetItem(arguments, 1, PyUnicode_DecodeUTF8(event.text, length, "replace"));
    } else {
        PyTuple_SetItem(arguments, 1, PyLong_FromUnsignedLong(event.slot));
        PyTuple_SetItem(arguments, 2, PyLong_FromUnsignedLongLong(event.id));
    }
    // NULL after an exception, which TouchDesigner shows.
    PyObject *result = context.callPythonCallback(name, arguments, nullptr, nullptr);
    Py_XDECREF(result);
    Py_DECREF(arguments);
}

} // namespace

void offer_callbacks(TD::OP_CustomOPInfo &info) {
    info.pythonVersion->setString(PY_VERSION);
    info.pythonCallbacksDAT = stub;
}

void call_callbacks(TD::OP_Context *context, RextrackTdNode *node) {
    RextrackTdEvent event;
    if (!context || !rextrack_td_next_event(node, &event)) return;
    // A cook need not run on the thread that holds Python's lock.
    const PyGILState_STATE state = PyGILState_Ensure();
    do {
        call(*context, event);
    } while (rextrack_td_next_event(node, &event));
    PyGILState_Release(state);
}

} // namespace rextrack_td::sdk

#endif
