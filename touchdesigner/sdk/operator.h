// The part of a node that CHOP and TOP have in common.

#ifndef REXTRACK_TD_OPERATOR_H
#define REXTRACK_TD_OPERATOR_H

#include "core/node.h"
#include "info.h"
#include "parameters.h"
#include "td_sdk.h"

#include <chrono>
#include <string>

namespace rextrack_td::sdk {

// Runs the body of a callback, and lets no exception reach TouchDesigner.
template <class Body> void catch_all(Body body) noexcept {
    try {
        body();
    } catch (...) {
        // Out of memory. The cook continues with the values it has.
    }
}

// The folder of the Rust library.
std::string library_folder(const TD::OP_NodeInfo &info);

// Describes the operator to TouchDesigner. `inputs` is the number of its input connectors.
void fill_operator_info(TD::OP_CustomOPInfo &info, int32_t inputs);

// Handles a pulse of the parameter of that name.
void handle_pulse(Node &node, const char *name);

// A node; `Base` is the SDK's class of its family.
template <class Base, OperatorFamily family> class Operator : public Base {
public:
    explicit Operator(const TD::OP_NodeInfo &info)
        : node_(camera_id(info.opId), library_folder(info)) {}

    int32_t getNumInfoCHOPChans(void *) override { return info_channel_count(); }

    void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan *channel, void *) override {
        set_info_channel(index, *channel, *report_, slots_.snapshot, cook_us_);
    }

    bool getInfoDATSize(TD::OP_InfoDATSize *size, void *) override {
        set_info_size(*size, slots_);
        return true;
    }

    void getInfoDATEntries(int32_t index, int32_t entries, TD::OP_InfoDATEntries *row,
                           void *) override {
        catch_all([&] { set_info_row(index, entries, *row, *report_, slots_); });
    }

    void getErrorString(TD::OP_String *error, void *) override {
        if (!report_->error.empty()) error->setString(report_->error.c_str());
    }

    void getWarningString(TD::OP_String *warning, void *) override {
        catch_all([&] { set_warning(*warning, own_warning(), *report_); });
    }

    void getInfoPopupString(TD::OP_String *info, void *) override {
        catch_all([&] { info->setString(popup_text(*report_, slots_.snapshot).c_str()); });
    }

    void setupParameters(TD::OP_ParameterManager *manager, void *) override {
        catch_all([&] { append_parameters(*manager, family); });
    }

    void pulsePressed(const char *name, void *) override { handle_pulse(node_, name); }

    void buildDynamicMenu(const TD::OP_Inputs *, TD::OP_BuildDynamicMenuInfo *menu,
                          void *) override {
        catch_all([&] { build_menu(*menu, *report_); });
    }

protected:
    // The node's own warning, beside that of its pipeline; empty when there is none.
    virtual std::string own_warning() const = 0;

    // Runs and times the body of execute().
    template <class Body> void cook(Body body) {
        const auto begin = std::chrono::steady_clock::now();
        catch_all(body);
        const std::chrono::duration<float, std::micro> time =
            std::chrono::steady_clock::now() - begin;
        cook_us_ = time.count();
    }

    // Reads the newest slots and report, for this cook and the info callbacks after it.
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
