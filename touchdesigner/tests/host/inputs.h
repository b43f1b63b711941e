// The inputs of a node: its parameters, and the nodes that they refer to.

#ifndef REXTRACK_TD_TESTS_HOST_INPUTS_H
#define REXTRACK_TD_TESTS_HOST_INPUTS_H

#include "call.h"
#include "parameters.h"
#include "td_sdk.h"

#include <stdexcept>
#include <string>

namespace host {

class Inputs final : public ParameterInputs {
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
    const TD::OP_CHOPInput *getParCHOP(const char *) const override { return chop; }
    const TD::OP_TOPInput *getInputTOP(int32_t) const override { return connected; }
    const TD::OP_TOPInput *getParTOP(const char *) const override { return top; }
    const TD::OP_TimeInfo *getTimeInfo() const override { return &time; }
    void enablePar(const char *name, bool on) const override {
        require_execute("a parameter is enabled");
        par(name).is_enabled = on;
    }

protected:
    double number(const char *name, int32_t index) const override {
        require_cook("a parameter is read");
        return par(name).numbers[index];
    }
    const char *text(const char *name) const override {
        require_cook("a parameter is read");
        return par(name).text.c_str();
    }
};

} // namespace host

#endif
