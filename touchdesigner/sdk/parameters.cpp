#include "parameters.h"

#include "core/channel.h"

#include <cstring>

namespace rextrack_td::sdk {

namespace {

bool has_parameter(OperatorFamily family, const Parameter &one) {
    return one.family == OperatorFamily::Both || one.family == family;
}

void append(TD::OP_ParameterManager &manager, const Parameter &one) {
    TD::OP_NumericParameter number(one.name);
    number.label = one.label;
    number.page = one.page;
    for (int i = 0; i < 4; ++i) {
        // A region is left, top, right, bottom. The default is the whole frame.
        number.defaultValues[i] = one.kind == Kind::Region ? (i < 2 ? 0.0 : 1.0) : one.default_number;
        number.minValues[i] = one.min;
        number.maxValues[i] = one.max;
        number.minSliders[i] = one.min;
        number.maxSliders[i] = one.slider_max;
        number.clampMins[i] = number.clampMaxes[i] = true;
    }
    TD::OP_StringParameter text(one.name);
    text.label = one.label;
    text.page = one.page;
    text.defaultValue = one.default_text;
    set_help(number, one.help, 0);
    set_help(text, one.help, 0);
    std::vector<const char *> names, labels;
    for (const MenuItem &item : one.menu) {
        names.push_back(item.name);
        labels.push_back(item.label);
    }
    const auto items = static_cast<int32_t>(names.size());
    switch (one.kind) {
    case Kind::Toggle: manager.appendToggle(number); break;
    case Kind::Pulse: manager.appendPulse(number); break;
    case Kind::Integer: manager.appendInt(number); break;
    case Kind::Number: manager.appendFloat(number); break;
    case Kind::Region: manager.appendFloat(number, 4); break;
    case Kind::Text: manager.appendString(text); break;
    case Kind::File: manager.appendFile(text); break;
    case Kind::Folder: manager.appendFolder(text); break;
    case Kind::Menu: manager.appendMenu(text, items, names.data(), labels.data()); break;
    case Kind::TextMenu: manager.appendStringMenu(text, items, names.data(), labels.data()); break;
    case Kind::DynamicMenu: manager.appendDynamicStringMenu(text); break;
    case Kind::Top: manager.appendTOP(text); break;
    case Kind::Chop: manager.appendCHOP(text); break;
    }
}

bool read(const TD::OP_Inputs &inputs, const Parameter &one, Values &values) {
    switch (one.kind) {
    case Kind::Toggle:
    case Kind::Integer: return values.set(one.par, inputs.getParInt(one.name));
    case Kind::Number: return values.set(one.par, inputs.getParDouble(one.name));
    case Kind::Region: {
        std::array<double, 4> region{};
        inputs.getParDouble4(one.name, region[0], region[1], region[2], region[3]);
        return values.set(one.par, region);
    }
    case Kind::Text:
    case Kind::Menu:
    case Kind::TextMenu:
    case Kind::DynamicMenu: return values.set(one.par, inputs.getParString(one.name));
    case Kind::File:
    case Kind::Folder: return values.set(one.par, inputs.getParFilePath(one.name));
    // Pulses have a callback. References to nodes are read where they are used.
    case Kind::Pulse:
    case Kind::Top:
    case Kind::Chop: return false;
    }
    return false;
}

} // namespace

void append_parameters(TD::OP_ParameterManager &manager, OperatorFamily family) {
    for (const Parameter &one : parameters())
        if (has_parameter(family, one)) append(manager, one);
}

bool read_parameters(const TD::OP_Inputs &inputs, OperatorFamily family, Values &values) {
    bool changed = false;
    for (const Parameter &one : parameters())
        if (has_parameter(family, one)) changed |= read(inputs, one, values);
    return changed;
}

void enable_parameters(const TD::OP_Inputs &inputs, const Values &values, OperatorFamily family) {
    const std::string &source = values.text(Par::Source);
    const bool stream = source == "stream", file = source == "file";
    const auto enable = [&](Par par, bool on) {
        if (has_parameter(family, parameter(par))) inputs.enablePar(parameter(par).name, on);
    };
    for (Par par : {Par::Address, Par::User, Par::Password, Par::Transport}) enable(par, stream);
    for (Par par : {Par::File, Par::Loop}) enable(par, file);
    enable(Par::Webcam, source == "webcam");
    enable(Par::Top, source == "top");
    enable(Par::Roi, values.is_on(Par::Useroi));
}

void build_menu(TD::OP_BuildDynamicMenuInfo &menu, const Report &report) {
    const auto is = [&](Par par) { return std::strcmp(menu.name, parameter(par).name) == 0; };
    if (is(Par::Model))
        for (const std::string &model : report.models)
            menu.addMenuEntry(model.c_str(), model.c_str());
    if (is(Par::Moreaxes) && report.axes)
        for (const RextrackAxis *axis : axes_without_toggle(*report.axes)) {
            const std::string unit = *axis->unit ? std::string(" (") + axis->unit + ")" : "";
            const std::string label = axis->name + unit + ": " + axis->description;
            menu.addMenuEntry(axis->name, label.c_str());
        }
}

} // namespace rextrack_td::sdk
