// The parameters of a node, as TouchDesigner keeps them. The test host speaks the SDK of 2023.

#ifndef REXTRACK_TD_TESTS_HOST_PARAMETERS_H
#define REXTRACK_TD_TESTS_HOST_PARAMETERS_H

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
class Parameters final : public TD::OP_ParameterManager {
public:
    std::unordered_map<std::string, Parameter> all;
    std::vector<std::string> order;

    using Result = TD::OP_ParAppendResult;
    using Numeric = TD::OP_NumericParameter;
    using Text = TD::OP_StringParameter;

    Result appendFloat(const Numeric &p, int32_t) override { return add(p); }
    Result appendInt(const Numeric &p, int32_t) override { return add(p); }
    Result appendXY(const Numeric &p) override { return add(p); }
    Result appendXYZ(const Numeric &p) override { return add(p); }
    Result appendUV(const Numeric &p) override { return add(p); }
    Result appendUVW(const Numeric &p) override { return add(p); }
    Result appendRGB(const Numeric &p) override { return add(p); }
    Result appendRGBA(const Numeric &p) override { return add(p); }
    Result appendToggle(const Numeric &p) override { return add(p); }
    Result appendPulse(const Numeric &p) override {
        const Result result = add(p);
        all[p.name].is_pulse = true;
        return result;
    }
    Result appendString(const Text &p) override { return add(p); }
    Result appendFile(const Text &p) override { return add(p); }
    Result appendFolder(const Text &p) override { return add(p); }
    Result appendDAT(const Text &p) override { return add(p); }
    Result appendCHOP(const Text &p) override { return add(p); }
    Result appendTOP(const Text &p) override { return add(p); }
    Result appendObject(const Text &p) override { return add(p); }
    Result appendMenu(const Text &p, int32_t count, const char **names, const char **) override {
        const Result result = add(p);
        all[p.name].menu.assign(names, names + count);
        return result;
    }
    Result appendStringMenu(const Text &p, int32_t, const char **, const char **) override {
        return add(p);
    }
    Result appendSOP(const Text &p) override { return add(p); }
    Result appendPython(const Text &p) override { return add(p); }
    Result appendOP(const Text &p) override { return add(p); }
    Result appendCOMP(const Text &p) override { return add(p); }
    Result appendMAT(const Text &p) override { return add(p); }
    Result appendPanelCOMP(const Text &p) override { return add(p); }
    Result appendHeader(const Text &p) override { return add(p); }
    Result appendMomentary(const Numeric &p) override { return add(p); }
    Result appendWH(const Numeric &p) override { return add(p); }
    Result appendDynamicStringMenu(const Text &p) override { return add(p); }
    Result appendDynamicMenu(const Numeric &p) override { return add(p); }
    // Only some headers of this generation declare it.
    virtual Result appendXYZW(const Numeric &p) { return add(p); }

private:
    Result add(const Numeric &p) {
        Parameter par;
        for (int i = 0; i < 4; ++i) par.numbers[i] = p.defaultValues[i];
        par.min = p.minValues[0];
        par.max = p.maxValues[0];
        return add(p.name, p.label, p.page, par);
    }
    Result add(const Text &p) {
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
