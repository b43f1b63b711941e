// The inputs of a node: its parameters, and the nodes that they refer to.

#ifndef REXTRACK_TD_TESTS_HOST_INPUTS_H
#define REXTRACK_TD_TESTS_HOST_INPUTS_H

#include "call.h"
#include "parameters.h"
#include "td_sdk.h"

#include <stdexcept>
#include <string>

namespace host {

class Inputs final : public TD::OP_Inputs {
public:
    Parameters parameters;
    const TD::OP_TOPInput *top = nullptr;
    const TD::OP_TOPInput *connected = nullptr;
    const TD::OP_CHOPInput *chop = nullptr;
    TD::OP_TimeInfo time{};

    // A parameter, for tests and for the plugin.
    Parameter &par(const char *name) const {
        auto &all = const_cast<Parameters &>(parameters).all;
        const auto found = all.find(name);
        if (found == all.end()) throw std::logic_error(std::string("no parameter ") + name);
        return found->second;
    }

    int32_t getNumInputs() const override { return connected ? 1 : 0; }
    const TD::OP_CHOPInput *getInputCHOP(int32_t) const override { return nullptr; }
    const TD::OP_DATInput *getParDAT(const char *) const override { return nullptr; }
    const TD::OP_CHOPInput *getParCHOP(const char *) const override { return chop; }
    const TD::OP_ObjectInput *getParObject(const char *) const override { return nullptr; }
    double getParDouble(const char *name, int32_t index) const override {
        require_cook("a parameter is read");
        return par(name).numbers[index];
    }
    bool getParDouble2(const char *name, double &a, double &b) const override {
        require_cook("a parameter is read");
        a = par(name).numbers[0];
        b = par(name).numbers[1];
        return true;
    }
    bool getParDouble3(const char *name, double &a, double &b, double &c) const override {
        c = par(name).numbers[2];
        return getParDouble2(name, a, b);
    }
    bool getParDouble4(const char *name, double &a, double &b, double &c,
                       double &d) const override {
        d = par(name).numbers[3];
        return getParDouble3(name, a, b, c);
    }
    int32_t getParInt(const char *name, int32_t index) const override {
        require_cook("a parameter is read");
        return static_cast<int32_t>(par(name).numbers[index]);
    }
    bool getParInt2(const char *, int32_t &, int32_t &) const override { return false; }
    bool getParInt3(const char *, int32_t &, int32_t &, int32_t &) const override { return false; }
    bool getParInt4(const char *, int32_t &, int32_t &, int32_t &, int32_t &) const override {
        return false;
    }
    const char *getParString(const char *name) const override {
        require_cook("a parameter is read");
        return par(name).text.c_str();
    }
    const char *getParFilePath(const char *name) const override { return getParString(name); }
    bool getRelativeTransform(const char *, const char *, double[4][4]) const override {
        return false;
    }
    void enablePar(const char *name, bool on) const override {
        require_execute("a parameter is enabled");
        par(name).is_enabled = on;
    }
    const TD::OP_DATInput *getDAT(const char *) const override { return nullptr; }
    const TD::OP_CHOPInput *getCHOP(const char *) const override { return nullptr; }
    const TD::OP_ObjectInput *getObject(const char *) const override { return nullptr; }
    const TD::OP_SOPInput *getParSOP(const char *) const override { return nullptr; }
    const TD::OP_SOPInput *getInputSOP(int32_t) const override { return nullptr; }
    const TD::OP_SOPInput *getSOP(const char *) const override { return nullptr; }
    const TD::OP_DATInput *getInputDAT(int32_t) const override { return nullptr; }
    PyObject *getParPython(const char *) const override { return nullptr; }
    const TD::OP_TimeInfo *getTimeInfo() const override { return &time; }
    const TD::OP_TOPInput *getTOP(const char *) const override { return nullptr; }
    const TD::OP_TOPInput *getInputTOP(int32_t) const override { return connected; }
    const TD::OP_TOPInput *getParTOP(const char *) const override { return top; }

private:
    const TD::OP_TOPInputOpenGL *getInputTOPOpenGL(int32_t) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getParTOPOpenGL(const char *) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getTOPOpenGL(const char *) const override { return nullptr; }
    void *getTOPDataInCPUMemory(const TD::OP_TOPInputOpenGL *,
                                const TD::OP_TOPInputDownloadOptionsOpenGL *) const override {
        return nullptr;
    }
};

} // namespace host

#endif
