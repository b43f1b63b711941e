// A Callbacks DAT with a real Python.
//
// Python.h has to come before the SDK's headers, so include this file first.

#ifndef REXTRACK_TD_TESTS_HOST_PYTHON_CONTEXT_H
#define REXTRACK_TD_TESTS_HOST_PYTHON_CONTEXT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "call.h"
#include "sdk_defaults.h"
#include "td_sdk.h"

#include <stdexcept>
#include <string>

namespace host {

// Python, from here to the end of the program.
inline void start_python() {
    if (Py_IsInitialized()) return;
    Py_Initialize();
    // Other threads may take Python's lock, as a cook does.
    PyEval_SaveThread();
}

// Holds Python's lock.
class PythonLock {
public:
    PythonLock() : state_(PyGILState_Ensure()) {}
    ~PythonLock() { PyGILState_Release(state_); }

private:
    PyGILState_STATE state_;
};

class PythonContext final : public PlainContext<TD::OP_Context> {
public:
    // `code` is the text of the Callbacks DAT.
    explicit PythonContext(const std::string &code) {
        start_python();
        const PythonLock lock;
        globals_ = PyDict_New();
        PyDict_SetItemString(globals_, "__builtins__", PyEval_GetBuiltins());
        PyObject *done = PyRun_String(code.c_str(), Py_file_input, globals_, globals_);
        if (!done) throw std::logic_error("the Callbacks DAT does not compile");
        Py_DECREF(done);
    }
    ~PythonContext() override {
        const PythonLock lock;
        Py_DECREF(globals_);
    }

    // The value of a Python expression, as text.
    std::string text(const char *expression) {
        const PythonLock lock;
        PyObject *value = PyRun_String(expression, Py_eval_input, globals_, globals_);
        if (!value) throw std::logic_error(std::string("Python: ") + expression);
        PyObject *shown = PyObject_Str(value);
        const std::string text = PyUnicode_AsUTF8(shown);
        Py_DECREF(shown);
        Py_DECREF(value);
        return text;
    }

    // How many functions were called.
    int calls = 0;

    PyObject *createArgumentsTuple(int others, void *) override {
        require_execute("arguments of a callback are made");
        PyObject *tuple = PyTuple_New(others + 1);
        PyTuple_SetItem(tuple, 0, PyUnicode_FromString("rextrack1"));
        return tuple;
    }
    PyObject *callPythonCallback(const char *name, PyObject *arguments, PyObject *keywords,
                                 void *) override {
        require_execute("a callback is called");
        ++calls;
        PyObject *function = PyDict_GetItemString(globals_, name);
        if (!function) Py_RETURN_NONE;
        PyObject *result = PyObject_Call(function, arguments, keywords);
        if (!result) PyErr_Clear();
        return result;
    }

private:
    PyObject *globals_;
};

} // namespace host

#endif
