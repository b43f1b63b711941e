#include "parameters.h"

namespace rextrack_td::sdk {

namespace {

void append(TD::OP_ParameterManager &manager, const RextrackTdParameter &one) {
    TD::OP_NumericParameter number(one.name);
    number.label = one.label;
    number.page = one.page;
    for (int i = 0; i < 4; ++i) {
        number.defaultValues[i] = one.default_numbers[i];
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
    const auto items = static_cast<int32_t>(one.menu_count);
    // The SDK does not write to these either.
    const auto names = const_cast<const char **>(one.menu_names);
    const auto labels = const_cast<const char **>(one.menu_labels);
    switch (one.kind) {
    case REXTRACK_TD_TOGGLE: manager.appendToggle(number); break;
    case REXTRACK_TD_PULSE: manager.appendPulse(number); break;
    case REXTRACK_TD_INTEGER: manager.appendInt(number); break;
    case REXTRACK_TD_NUMBER: manager.appendFloat(number); break;
    case REXTRACK_TD_REGION: manager.appendFloat(number, 4); break;
    case REXTRACK_TD_STRING: manager.appendString(text); break;
    case REXTRACK_TD_FILE: manager.appendFile(text); break;
    case REXTRACK_TD_FOLDER: manager.appendFolder(text); break;
    case REXTRACK_TD_MENU: manager.appendMenu(text, items, names, labels); break;
    case REXTRACK_TD_TEXT_MENU: manager.appendStringMenu(text, items, names, labels); break;
    case REXTRACK_TD_DYNAMIC_MENU: manager.appendDynamicStringMenu(text); break;
    case REXTRACK_TD_TOP_REFERENCE: manager.appendTOP(text); break;
    case REXTRACK_TD_CHOP_REFERENCE: manager.appendCHOP(text); break;
    }
}

void read(const TD::OP_Inputs &inputs, const RextrackTdParameter &one, RextrackTdNode *node,
          size_t index) {
    double numbers[4] = {};
    switch (one.kind) {
    case REXTRACK_TD_TOGGLE:
    case REXTRACK_TD_INTEGER: numbers[0] = inputs.getParInt(one.name); break;
    case REXTRACK_TD_NUMBER: numbers[0] = inputs.getParDouble(one.name); break;
    case REXTRACK_TD_REGION:
        inputs.getParDouble4(one.name, numbers[0], numbers[1], numbers[2], numbers[3]);
        break;
    case REXTRACK_TD_STRING:
    case REXTRACK_TD_MENU:
    case REXTRACK_TD_TEXT_MENU:
    case REXTRACK_TD_DYNAMIC_MENU:
        return rextrack_td_set_text(node, index, inputs.getParString(one.name));
    case REXTRACK_TD_FILE:
    case REXTRACK_TD_FOLDER:
        return rextrack_td_set_text(node, index, inputs.getParFilePath(one.name));
    // Pulses have a callback. References to nodes are read where they are used.
    default: return;
    }
    rextrack_td_set_numbers(node, index, numbers);
}

} // namespace

void append_parameters(TD::OP_ParameterManager &manager, uint32_t family) {
    for (size_t i = 0; i < rextrack_td_parameter_count(family); ++i)
        append(manager, *rextrack_td_parameter(family, i));
}

void read_parameters(const TD::OP_Inputs &inputs, uint32_t family, RextrackTdNode *node) {
    const size_t count = rextrack_td_parameter_count(family);
    for (size_t i = 0; i < count; ++i) read(inputs, *rextrack_td_parameter(family, i), node, i);
}

void enable_parameters(const TD::OP_Inputs &inputs, uint32_t family, RextrackTdNode *node) {
    if (!rextrack_td_has_new_states(node)) return;
    for (size_t i = 0; i < rextrack_td_parameter_count(family); ++i) {
        const int state = rextrack_td_is_enabled(node, i);
        if (state >= 0) inputs.enablePar(rextrack_td_parameter(family, i)->name, state == 1);
    }
}

void build_menu(TD::OP_BuildDynamicMenuInfo &menu, RextrackTdNode *node) {
    const char *name = nullptr, *label = nullptr;
    for (size_t i = 0; rextrack_td_menu_entry(node, menu.name, i, &name, &label); ++i)
        menu.addMenuEntry(name, label);
}

} // namespace rextrack_td::sdk
