// What both nodes have in common with TouchDesigner.

#ifndef REXTRACK_TD_OPERATOR_H
#define REXTRACK_TD_OPERATOR_H

#include "core/node.h"
#include "core/parameter.h"
#include "td_sdk.h"

#include <chrono>
#include <string>
#include <vector>

namespace rextrack_td::sdk {

// Runs a callback's body; no exception reaches TouchDesigner.
template <class Body> void guarded(Body body) noexcept {
    try {
        body();
    } catch (...) {
        // Out of memory: the cook goes on with what it has.
    }
}

// The folder that the Rust library is looked for in.
std::string plugin_folder(const TD::OP_NodeInfo &info);

// Describes the operator to TouchDesigner. `inputs` is how many wires it takes.
void describe(TD::OP_CustomOPInfo &info, int32_t inputs);

// Builds the parameter pages of a family.
void append_parameters(TD::OP_ParameterManager &manager, Family family);

// Evaluates the parameters of a family. True when one has changed.
bool read_parameters(const TD::OP_Inputs &inputs, Family family, Values &values);

// Greys out the parameters that mean nothing with the values of others.
void enable_parameters(const TD::OP_Inputs &inputs, const Values &values, Family family);

// Fills the menu of a parameter that is found while running.
void build_menu(TD::OP_BuildDynamicMenuInfo &menu, const Report &report);

// Does what a pulse asks for.
void pulse(Node &node, const char *name);

// What the Info CHOP and Info DAT of a node show.
class Info {
public:
    static int32_t channels();
    static void channel(int32_t index, TD::OP_InfoCHOPChan &channel, const Report &report,
                        const RextrackSnapshot &snapshot, float cook_us);

    static void size(TD::OP_InfoDATSize &size, const Slots &slots);
    static void row(int32_t index, int32_t entries, TD::OP_InfoDATEntries &row,
                    const Report &report, const Slots &slots);
};

// Sets a node's warning: what the node itself knows first, then what its pipeline tells.
void warn(TD::OP_String &warning, const std::string &own, const Report &report);

// The popup of a node.
std::string popup(const Report &report, const RextrackSnapshot &snapshot);

// What both nodes do alike; `Base` is the SDK's class of the family.
template <class Base, Family family> class Operator : public Base {
public:
    explicit Operator(const TD::OP_NodeInfo &info)
        : node_(camera_id(info.opId), plugin_folder(info)) {}

    int32_t getNumInfoCHOPChans(void *) override { return Info::channels(); }

    void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan *channel, void *) override {
        Info::channel(index, *channel, *report_, slots_.snapshot, cook_us_);
    }

    bool getInfoDATSize(TD::OP_InfoDATSize *size, void *) override {
        Info::size(*size, slots_);
        return true;
    }

    void getInfoDATEntries(int32_t index, int32_t entries, TD::OP_InfoDATEntries *row,
                           void *) override {
        guarded([&] { Info::row(index, entries, *row, *report_, slots_); });
    }

    void getErrorString(TD::OP_String *error, void *) override {
        if (!report_->error.empty()) error->setString(report_->error.c_str());
    }

    void getWarningString(TD::OP_String *warning, void *) override {
        guarded([&] { warn(*warning, own_warning(), *report_); });
    }

    void getInfoPopupString(TD::OP_String *info, void *) override {
        guarded([&] { info->setString(popup(*report_, slots_.snapshot).c_str()); });
    }

    void setupParameters(TD::OP_ParameterManager *manager, void *) override {
        guarded([&] { append_parameters(*manager, family); });
    }

    void pulsePressed(const char *name, void *) override { pulse(node_, name); }

    void buildDynamicMenu(const TD::OP_Inputs *, TD::OP_BuildDynamicMenuInfo *menu,
                          void *) override {
        guarded([&] { build_menu(*menu, *report_); });
    }

protected:
    // What the node itself knows to be wrong; empty when nothing is.
    virtual const char *own_warning() const = 0;

    // Runs the body of execute(), and notes how long it took.
    template <class Body> void cook(Body body) {
        const auto begin = std::chrono::steady_clock::now();
        guarded(body);
        const std::chrono::duration<float, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        cook_us_ = took.count();
    }

    // The newest slots and report, for this cook and what is asked after it.
    void poll(bool predict) {
        node_.poll(predict, slots_);
        report_ = &node_.report();
    }

    Values values_;
    Node node_;
    Slots slots_;
    const Report *report_ = &node_.report();

private:
    float cook_us_ = 0;
};

} // namespace rextrack_td::sdk

#endif
