// The parameters of a node, as TouchDesigner keeps them. The test host speaks the SDK of 2023.

#ifndef REXTRACK_TD_TESTS_HOST_PARAMETERS_H
#define REXTRACK_TD_TESTS_HOST_PARAMETERS_H

#include "sdk_defaults.h"
#include "td_sdk.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace host {

class String final : public TD::OP_String {
public:
    void setString(const char *text) override { value = text ? text : ""; }
    std::string value;
};

// A parameter that a plugin appended, with its value.
struct Parameter {
    std::string page;
    std::string label;
    std::string text;
    double numbers[4] = {};
    double min = 0, max = 0;
    std::vector<std::string> menu;
    bool is_pulse = false;
    bool is_enabled = true;
};

// Receives the parameters that a plugin appends.
class Parameters final : public ParameterManager {
public:
    std::unordered_map<std::string, Parameter> all;
    std::vector<std::string> order;

    Result appendPulse(const Numeric &p) override {
        const Result result = add(p);
        all[p.name].is_pulse = true;
        return result;
    }
    Result appendMenu(const Text &p, int32_t count, const char **names, const char **) override {
        const Result result = add(p);
        all[p.name].menu.assign(names, names + count);
        return result;
    }

private:
    Result add(const Numeric &p) override {
        Parameter par;
        for (int i = 0; i < 4; ++i) par.numbers[i] = p.defaultValues[i];
        par.min = p.minValues[0];
        par.max = p.maxValues[0];
        return add(p.name, p.label, p.page, par);
    }
    Result add(const Text &p) override {
        Parameter par;
        par.text = p.defaultValue ? p.defaultValue : "";
        return add(p.name, p.label, p.page, par);
    }
    Result add(const char *name, const char *label, const char *page, Parameter par) {
        par.label = label ? label : "";
        par.page = page ? page : "";
        if (!all.emplace(name, par).second) return Result::InvalidName;
        order.push_back(name);
        return Result::Success;
    }
};

} // namespace host

#endif
